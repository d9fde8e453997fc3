import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { invalidRequest } from '../../platform/http/refusals.ts';
import { Refusal } from '../../platform/refusal.ts';
import { requireRole } from '../accounts/signed-in.access.ts';
import { approveDevices } from '../devices/approve-devices.ts';
import { changeDevices } from '../devices/change-devices.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { keepDevicesOfProject, lockDevicesOfProject } from '../projects/lock-devices-of-project.ts';
import { deleteDevices } from './delete-device.ts';
import { conditionSql } from './device-filter.rules.ts';
import { readBulk, type Selection } from './order.rules.ts';
import { resolveDeviceFilter } from './resolve-device-filter.ts';
import { lockSelectedDevices } from './selected-devices.store.ts';

type BulkDeps = Pick<Deps, 'db' | 'metrics' | 'wakes' | 'changes'>;

/** More at once would hold up what those devices say for too long. */
const maxDevices = 10_000;

/**
 * Changes or deletes all devices that a filter selects, or none of them: a name that does not exist and a selection that
 * is too large are refused. Operators tag, group and hold devices back; approving and deleting are for admins.
 */
export async function changeSelectedDevices(
  deps: BulkDeps,
  caller: ProjectCaller,
  body: unknown,
): Promise<{ devices: number }> {
  const read = readBulk(body);
  if ('faults' in read) throw invalidRequest(read.faults);
  const { delete: deletes, approve: approves, ...changes } = read.changes;
  if (deletes || approves) requireRole(caller, 'admin');
  return inTransaction(deps.db, async (tx, onCommit) => {
    await (deletes ? lockDevicesOfProject : keepDevicesOfProject)(tx, caller.project.id);
    const ids = await lockSelection(tx, caller, read.selection);
    if (deletes) {
      await deleteDevices(tx, onCommit, deps, caller, ids);
      return { devices: ids.length };
    }
    if (approves) await approveDevices(tx, onCommit, deps, caller, ids);
    if (Object.keys(changes).length > 0) await changeDevices(tx, caller, ids, changes);
    if (changes.update_trigger === 'off') onCommit(() => deps.wakes.devices(ids));
    onCommit(() => deps.changes.tellDevices(caller.project.id));
    return { devices: ids.length };
  });
}

async function lockSelection(tx: Tx, caller: ProjectCaller, selection: Selection): Promise<number[]> {
  const condition = await resolveDeviceFilter(tx, caller.project.id, selection);
  const ids = await lockSelectedDevices(tx, caller.project.id, conditionSql(condition), maxDevices + 1);
  if (ids.length <= maxDevices) return ids;
  throw new Refusal('too_large', `The filter selects more than ${maxDevices} devices: change them in parts`, {
    field: selection.fields.filter,
  });
}
