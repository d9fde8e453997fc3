import type { Device, DeviceChanges } from '@tideway/protocol';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { requireRole } from '../accounts/signed-in.access.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { setDeviceApps, setDeviceTags, updateDevice } from './device.store.ts';
import { readDevice } from './device.views.ts';
import { lockDeviceOrRefuse } from './lock-device-or-refuse.ts';
import { resolveApps, resolveGroup, resolveTags } from './resolve-labels.ts';

/** Changes what people decide about a device. Operators tag, group and hold devices back; the rest is for admins. */
export async function changeDevice(
  deps: Pick<Deps, 'db' | 'wakes' | 'changes'>,
  caller: ProjectCaller,
  publicId: string,
  changes: DeviceChanges,
): Promise<Device> {
  const { name, description, apps } = changes;
  if (name !== undefined || description !== undefined || apps !== undefined) requireRole(caller, 'admin');
  const projectId = caller.project.id;
  return inTransaction(deps.db, async (tx, onCommit) => {
    const id = await lockDeviceOrRefuse(tx, projectId, publicId);
    const before = await readDevice(tx, id);
    await applyChanges(tx, projectId, id, changes);
    const after = await readDevice(tx, id);
    await recordAuditEvent(tx, caller, {
      action: 'device.changed',
      target: publicId,
      projectId,
      before: sameFields(before, changes),
      after: sameFields(after, changes),
    });
    if (changes.update_trigger === 'off') onCommit(() => deps.wakes.devices([id]));
    onCommit(() => deps.changes.tellDevices(projectId));
    return after;
  });
}

async function applyChanges(tx: Tx, projectId: number, id: number, changes: DeviceChanges): Promise<void> {
  const { group, tags, apps, update_trigger: trigger } = changes;
  await updateDevice(tx, id, {
    name: changes.name ?? null,
    description: changes.description ?? null,
    groupId: group === undefined ? null : await resolveGroup(tx, projectId, group),
    updateTriggerOn: trigger === undefined ? null : trigger === 'on',
  });
  if (tags !== undefined) await setDeviceTags(tx, id, await resolveTags(tx, projectId, tags));
  if (apps !== undefined) await setDeviceApps(tx, id, await resolveApps(tx, projectId, apps));
}

/** Of a device, what the changes speak of. */
function sameFields(device: Device, changes: DeviceChanges): Partial<Device> {
  return Object.fromEntries(Object.entries(device).filter(([field]) => field in changes));
}
