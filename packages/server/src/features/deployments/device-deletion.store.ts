import type { UpdateStatus } from '@tideway/protocol';
import { sql } from 'kysely';
import { rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { countChanges, type StatusChange } from './deployment-count.store.ts';

/**
 * Ends the open updates of devices that are being deleted, with the counts and ends of their deployments. Gives the
 * updates that ended.
 */
export async function abortOpenUpdatesOf(tx: Tx, deviceIds: readonly number[]): Promise<EndedWithDevice[]> {
  const aborted = await rows<{ deployment_id: number; device_id: number; former: UpdateStatus }>(
    tx,
    sql`with open_update as (
          select deployment_id, device_id, status from device_update
          where device_id = any(${deviceIds}::bigint[]) and status in ('pending', 'in_progress')
          order by device_id, deployment_id for update)
        update device_update u
        set status = 'aborted', reason = 'device_deleted', finished_at = tideway_now(),
            message = case o.status when 'pending' then 'The device was deleted; nothing had run on it'
                                    else 'The device was deleted while it was at work: what it did then is not known' end
        from open_update o where u.deployment_id = o.deployment_id and u.device_id = o.device_id
        returning u.deployment_id, u.device_id, o.status as former`,
  );
  const ended = aborted.map(({ deployment_id, device_id, former }) => ({
    deploymentId: deployment_id,
    deviceId: device_id,
    from: former,
    to: 'aborted' as const,
  }));
  await countChanges(tx, ended);
  return ended;
}

type EndedWithDevice = StatusChange & { deviceId: number };
