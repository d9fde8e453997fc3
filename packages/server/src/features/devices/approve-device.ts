import type { Device } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { setDeviceApproved } from './device.store.ts';
import { readDevice } from './device.views.ts';
import { lockDeviceOrRefuse } from './lock-device-or-refuse.ts';

/** A person's yes to a device: to one that joined and awaits approval, or to one that is held as a possible copy. */
export async function approveDevice(
  { db, wakes, changes }: Pick<Deps, 'db' | 'wakes' | 'changes'>,
  caller: ProjectCaller,
  publicId: string,
): Promise<Device> {
  const projectId = caller.project.id;
  return inTransaction(db, async (tx, onCommit) => {
    const id = await lockDeviceOrRefuse(tx, projectId, publicId);
    const before = await readDevice(tx, id);
    await setDeviceApproved(tx, id);
    const after = await readDevice(tx, id);
    await recordAuditEvent(tx, caller, {
      action: 'device.approved',
      target: publicId,
      projectId,
      before: { needs_approval: before.needs_approval, held: before.held },
      after: { needs_approval: after.needs_approval, held: after.held },
    });
    onCommit(() => wakes.devices([id]));
    onCommit(() => changes.tellDevices(projectId));
    return after;
  });
}
