import { sql } from 'kysely';
import { execute, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** Ends the open updates of a device that is being deleted, with the counts and ends of their deployments. */
export async function abortOpenUpdatesOfDevice(tx: Tx, deviceId: number): Promise<void> {
  const ended = await rows<{ deployment_id: number; former: string }>(
    tx,
    sql`with open_update as (
          select id, status from device_update
          where device_id = ${deviceId} and status in ('pending', 'in_progress') order by id for update)
        update device_update u
        set status = 'aborted', reason = 'device_deleted', finished_at = tideway_now(),
            message = case o.status when 'pending' then 'The device was deleted; nothing had run on it'
                                    else 'The device was deleted while it was at work' end
        from open_update o where o.id = u.id
        returning u.deployment_id, o.status as former`,
  );
  // A device has one update in a deployment. In the order of the deployments, as everybody locks the counts.
  for (const { deployment_id: deploymentId, former } of ended.sort((a, b) => a.deployment_id - b.deployment_id)) {
    await execute(
      tx,
      sql`with counted as (
            update deployment_count
            set pending = pending - ${former === 'pending' ? 1 : 0},
                in_progress = in_progress - ${former === 'in_progress' ? 1 : 0}, aborted = aborted + 1
            where deployment_id = ${deploymentId} returning pending + in_progress as open)
          update deployment set finished_at = tideway_now()
          where id = ${deploymentId} and (select open from counted) = 0`,
    );
  }
}
