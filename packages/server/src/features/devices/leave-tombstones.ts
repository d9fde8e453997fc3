import type { Tx } from '../../platform/database/transaction.ts';
import { recordAuditEvents } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { setDevicesDeleted } from './device.store.ts';
import { readDevices } from './device.views.ts';

/**
 * The part of deleting devices that is about the devices themselves: they leave their groups, tags and apps, and their
 * names, ids and keys are free again. The devices of the project and each of these are locked already; whoever calls
 * this ends their updates.
 */
export async function leaveTombstones(tx: Tx, caller: ProjectCaller, ids: readonly number[]): Promise<void> {
  const devices = await readDevices(tx, ids);
  await setDevicesDeleted(tx, ids);
  await recordAuditEvents(
    tx,
    caller,
    { action: 'device.deleted', projectId: caller.project.id },
    devices.map(({ id, name, group, tags, apps }) => ({ target: id, before: { name, group, tags, apps } })),
  );
}
