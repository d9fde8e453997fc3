import { inTransaction, type OnCommit, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { leaveTombstones } from '../devices/leave-tombstones.ts';
import { lockDeviceOrRefuse } from '../devices/lock-device-or-refuse.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { lockDevicesOfProject } from '../projects/lock-devices-of-project.ts';
import { abortOpenUpdatesOf } from './device-deletion.store.ts';

type DeleteDeps = Pick<Deps, 'db' | 'metrics' | 'wakes' | 'changes'>;

/** Deletes a device. Its open updates end as `device_deleted`; the history of its updates stays. */
export async function deleteDevice(deps: DeleteDeps, caller: ProjectCaller, publicId: string): Promise<void> {
  await inTransaction(deps.db, async (tx, onCommit) => {
    await lockDevicesOfProject(tx, caller.project.id);
    await deleteDevices(tx, onCommit, deps, caller, [await lockDeviceOrRefuse(tx, caller.project.id, publicId)]);
  });
}

/** The same for devices that are locked already, and so is the project against orders that would select them. */
export async function deleteDevices(
  tx: Tx,
  onCommit: OnCommit,
  { metrics, wakes, changes }: Omit<DeleteDeps, 'db'>,
  caller: ProjectCaller,
  deviceIds: readonly number[],
): Promise<void> {
  await leaveTombstones(tx, caller, deviceIds);
  const ended = await abortOpenUpdatesOf(tx, deviceIds);
  onCommit(() => metrics.updatesEnded(ended));
  onCommit(() => {
    for (const { deploymentId, deviceId } of ended) changes.tell(deploymentId, [deviceId]);
  });
  onCommit(() => changes.tellDevices(caller.project.id));
  // They find out at once that they are not known here any more.
  onCommit(() => wakes.devices(deviceIds));
}
