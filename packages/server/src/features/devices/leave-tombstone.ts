import type { Tx } from '../../platform/database/transaction.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { lockDevicesOfProject } from '../projects/lock-devices-of-project.ts';
import { setDeviceDeleted } from './device.store.ts';
import { readDevice } from './device.views.ts';
import { lockDeviceOrRefuse } from './lock-device-or-refuse.ts';

/**
 * The part of a device's deletion that is about the device itself: it leaves its group, tags and apps, and its name,
 * id and key are free again. Gives its internal id, by which whoever calls this ends its updates.
 */
export async function leaveTombstone(tx: Tx, caller: ProjectCaller, publicId: string): Promise<number> {
  const projectId = caller.project.id;
  await lockDevicesOfProject(tx, projectId);
  const id = await lockDeviceOrRefuse(tx, projectId, publicId);
  const { name, group, tags, apps } = await readDevice(tx, id);
  await setDeviceDeleted(tx, id);
  await recordAuditEvent(tx, caller, {
    action: 'device.deleted',
    target: publicId,
    projectId,
    before: { name, group, tags, apps },
  });
  return id;
}
