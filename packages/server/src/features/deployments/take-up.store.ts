import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** An update, named as the tables name it. */
export type UpdateName = { deployment_id: number; device_id: number };

/** For each device the update that it is at, or else the next one that may start; nothing for a device without. */
export async function findOpenOfDevices(
  tx: Tx,
  deviceIds: readonly number[],
): Promise<(UpdateName & { is_at_work: boolean })[]> {
  return rows(
    tx,
    sql`select d.id as device_id, o.deployment_id, o.status = 'in_progress' as is_at_work
        from unnest(${deviceIds}::bigint[]) as asked (id) join device d on d.id = asked.id
        cross join lateral (
          select u.deployment_id, u.status from device_update u join deployment p on p.id = u.deployment_id
          where u.device_id = d.id and u.status in ('pending', 'in_progress')
            and (u.status = 'in_progress' or may_start(p))
          order by u.status <> 'in_progress', u.deployment_id limit 1) o
        where o.status = 'in_progress' or takes_up_updates(d)`,
  );
}

/**
 * Makes pending updates the ones that their devices are at, and gives those. One that is held by somebody is left out,
 * and so is that of a device that somebody changes: its hello may just show that it was copied. The unique index device_update_at_work refuses a second one of a device.
 */
export async function setTakenUp(tx: Tx, updates: readonly UpdateName[]): Promise<UpdateName[]> {
  if (updates.length === 0) return [];
  return rows(
    tx,
    sql`with next as (
          select u.deployment_id, u.device_id
          from (select * from unnest(${updates.map((update) => update.deployment_id)}::bigint[],
                                     ${updates.map((update) => update.device_id)}::bigint[])
                       as n (deployment_id, device_id) order by device_id) n
          cross join lateral (
            select u.deployment_id, u.device_id from device d join device_update u on u.device_id = d.id
            where d.id = n.device_id and takes_up_updates(d)
              and u.deployment_id = n.deployment_id and u.status = 'pending'
            for share of d skip locked for no key update of u skip locked) u
        )
        update device_update u
        set status = 'in_progress', taken_up_at = tideway_now(), ends_at = update_ends_at(tideway_now(), d.time_limit_s)
        from next join deployment d on d.id = next.deployment_id
        where u.deployment_id = next.deployment_id and u.device_id = next.device_id
        returning u.deployment_id, u.device_id`,
  );
}

export type PlanRow = {
  /** Internal. */
  device: number;
  deployment_id: string;
  attempt: number;
  time_limit_s: number;
  device_id: string;
  device_name: string;
  document_sha256: string;
  secrets: Buffer | null;
};

/** What each device is at, with what it needs for it; nothing for one that is at nothing, or is held. */
export async function findPlans(db: Db, deviceIds: readonly number[]): Promise<PlanRow[]> {
  return rows<PlanRow>(
    db,
    sql`select v.id as device, d.public_id as deployment_id, u.attempt, d.time_limit_s, v.public_id as device_id,
               v.name as device_name, d.document_sha256, d.secrets
        from unnest(${deviceIds}::bigint[]) as asked (id)
        join device v on v.id = asked.id and v.deleted_at is null and v.held_at is null
        cross join lateral (select deployment_id, attempt from device_update
                            where device_id = v.id and status = 'in_progress' limit 1) u
        join deployment d on d.id = u.deployment_id`,
  );
}
