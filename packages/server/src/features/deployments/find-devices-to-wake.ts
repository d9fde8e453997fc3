import { sql } from 'kysely';
import { rows } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';

/** Of the devices that are connected to this server, those that have an update of a deployment to take up, or to abort. */
export async function findDevicesToWake(
  { db, serverId }: Pick<Deps, 'db' | 'serverId'>,
  deploymentIds: readonly number[],
): Promise<number[]> {
  const found = await rows<{ device_id: number }>(
    db,
    // Asked for each connected device, which are few: the deployment may have half a million.
    sql`select p.device_id from device_presence p
        cross join lateral (
          select from device_update u
          where u.device_id = p.device_id and u.deployment_id = any(${deploymentIds}::bigint[])
            and (u.status = 'pending' or (u.status = 'in_progress' and u.abort_requested_at is not null)) limit 1) u
        where p.server_id = ${serverId}`,
  );
  return found.map((row) => row.device_id);
}

/**
 * Of the devices that are connected to this server, all that could take up an update now and are at none, and those that
 * are to stop what they are at.
 */
export async function findForgottenDevices({ db, serverId }: Pick<Deps, 'db' | 'serverId'>): Promise<number[]> {
  const found = await rows<{ id: number }>(
    db,
    sql`select d.id from device_presence p join device d on d.id = p.device_id
        cross join lateral (
          select bool_and(u.status = 'pending') and bool_or(may_start(u_of)) as is_idle,
                 bool_or(u.abort_requested_at is not null) as is_to_stop
          from device_update u join deployment u_of on u_of.id = u.deployment_id
          where u.device_id = d.id and u.status in ('pending', 'in_progress')) o
        where p.server_id = ${serverId} and ((o.is_to_stop and d.deleted_at is null) or (o.is_idle and takes_up_updates(d)))`,
  );
  return found.map((row) => row.id);
}
