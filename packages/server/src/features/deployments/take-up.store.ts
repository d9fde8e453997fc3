import { sql } from 'kysely';
import { type Db, firstRow, oneRow } from '../../platform/database/database.ts';

/**
 * Makes the next update of a device that may start the one that it is at. False where the device has none open; else it
 * has to be looked at what it is at now, because the same device may have asked twice at once. The unique index
 * device_update_at_work refuses a second one.
 */
export async function setNextUpdateTakenUp(db: Db, deviceId: number): Promise<boolean> {
  const { has_open: hasOpen } = await oneRow<{ has_open: boolean }>(
    db,
    sql`with next as (
          select u.id from device_update u join device d on d.id = u.device_id
          where u.device_id = ${deviceId} and u.status = 'pending' and ${deviceMayTakeUp}
            and not exists (select from device_update w where w.device_id = ${deviceId} and w.status = 'in_progress')
          order by u.deployment_id limit 1 for no key update of u
        ), taken as (
          update device_update u set status = 'in_progress', taken_up_at = tideway_now()
          from next where u.id = next.id returning u.deployment_id
        ), counted as (
          update deployment_count c set pending = c.pending - 1, in_progress = c.in_progress + 1
          from taken where c.deployment_id = taken.deployment_id
        )
        select exists (select from device_update
                       where device_id = ${deviceId} and status in ('pending', 'in_progress')) as has_open`,
  );
  return hasOpen;
}

const deviceMayTakeUp = sql`d.deleted_at is null and not d.update_trigger_on and d.held_at is null
                            and not d.needs_approval`;

export type PlanRow = {
  deployment_id: string;
  attempt: number;
  time_limit_s: number;
  device_id: string;
  device_name: string;
  document: string;
  document_sha256: string;
  secrets: Buffer | null;
};

/** What the device is at, with all that it needs for it; null where it is at nothing, or is held. */
export async function findPlanAtWork(db: Db, deviceId: number): Promise<PlanRow | null> {
  return firstRow<PlanRow>(
    db,
    sql`select d.public_id as deployment_id, u.attempt, d.time_limit_s, v.public_id as device_id, v.name as device_name,
               c.content as document, c.sha256 as document_sha256, d.secrets
        from device_update u
        join device v on v.id = u.device_id and v.deleted_at is null and v.held_at is null
        join deployment d on d.id = u.deployment_id
        join deployment_document c on c.sha256 = d.document_sha256
        where u.device_id = ${deviceId} and u.status = 'in_progress'`,
  );
}
