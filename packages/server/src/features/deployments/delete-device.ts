import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { leaveTombstone } from '../devices/leave-tombstone.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { abortOpenUpdatesOfDevice } from './device-deletion.store.ts';

/** Deletes a device. Its open updates end as `device_deleted`; the history of its updates stays. */
export async function deleteDevice(
  { db, metrics, wakes, changes }: Pick<Deps, 'db' | 'metrics' | 'wakes' | 'changes'>,
  caller: ProjectCaller,
  publicId: string,
): Promise<void> {
  await inTransaction(db, async (tx, onCommit) => {
    const deviceId = await leaveTombstone(tx, caller, publicId);
    const ended = await abortOpenUpdatesOfDevice(tx, deviceId);
    onCommit(() => metrics.updatesEnded(ended));
    onCommit(() => {
      for (const { deploymentId } of ended) changes.tell(deploymentId, [deviceId]);
    });
    // It finds out at once that it is not known here any more.
    onCommit(() => wakes.devices([deviceId]));
  });
}
