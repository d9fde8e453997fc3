import type { UpdateStatus } from '@tideway/protocol';
import { sql } from 'kysely';
import { rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { countChanges, type StatusChange } from './deployment-count.store.ts';

/**
 * Ends the open updates of a device that is being deleted, with the counts and ends of their deployments. Gives the
 * updates that ended.
 */
export async function abortOpenUpdatesOfDevice(tx: Tx, deviceId: number): Promise<StatusChange[]> {
  const aborted = await rows<{ deployment_id: number; former: UpdateStatus }>(
    tx,
    sql`with open_update as (
          select deployment_id, status from device_update
          where device_id = ${deviceId} and status in ('pending', 'in_progress') order by deployment_id for update)
        update device_update u
        set status = 'aborted', reason = 'device_deleted', finished_at = tideway_now(),
            message = case o.status when 'pending' then 'The device was deleted; nothing had run on it'
                                    else 'The device was deleted while it was at work' end
        from open_update o where u.deployment_id = o.deployment_id and u.device_id = ${deviceId}
        returning u.deployment_id, o.status as former`,
  );
  const ended = aborted.map(({ deployment_id, former }) => ({
    deploymentId: deployment_id,
    from: former,
    to: 'aborted' as const,
  }));
  await countChanges(tx, ended);
  return ended;
}
