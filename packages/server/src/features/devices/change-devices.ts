import type { BulkChanges } from '@tideway/protocol';
import type { Tx } from '../../platform/database/transaction.ts';
import { recordAuditEvents } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { changeDevicesTags, updateDevices } from './device.store.ts';
import { readDevices } from './device.views.ts';
import { resolveGroup, resolveTags } from './resolve-labels.ts';

/** Changes group, tags or update trigger of many devices, which are locked already. Refuses unknown groups and tags. */
export async function changeDevices(
  tx: Tx,
  caller: ProjectCaller,
  ids: readonly number[],
  changes: Omit<BulkChanges, 'approve' | 'delete'>,
): Promise<void> {
  const projectId = caller.project.id;
  const { add_tags, remove_tags, group, update_trigger: trigger } = changes;
  const devices = await readDevices(tx, ids);
  const labels = {
    groupId: group === undefined ? null : await resolveGroup(tx, projectId, group),
    added: await resolveTags(tx, projectId, add_tags ?? [], 'add_tags'),
    removed: await resolveTags(tx, projectId, remove_tags ?? [], 'remove_tags'),
  };
  await updateDevices(tx, ids, {
    groupId: labels.groupId,
    updateTriggerOn: trigger === undefined ? null : trigger === 'on',
  });
  await changeDevicesTags(tx, ids, labels);
  await recordAuditEvents(
    tx,
    caller,
    { action: 'device.changed', projectId, after: changes },
    devices.map(({ id, group, tags, update_trigger }) => ({ target: id, before: { group, tags, update_trigger } })),
  );
}
