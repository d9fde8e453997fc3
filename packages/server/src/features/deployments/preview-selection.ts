import type { SelectedDevices } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { invalidRequest } from '../../platform/http/refusals.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { isSelectable } from './device-filter.rules.ts';
import { readSelection } from './order.rules.ts';
import { resolveDeviceFilter } from './resolve-device-filter.ts';
import { viewSelectedDevices } from './selected-devices.views.ts';

/** What a filter selects at this moment. Refuses names and ids that do not exist. */
export async function previewSelection(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  body: unknown,
): Promise<SelectedDevices> {
  const read = readSelection(body);
  if ('faults' in read) throw invalidRequest(read.faults);
  return inTransaction(db, async (tx) => {
    const condition = await resolveDeviceFilter(tx, caller.project.id, read.selection);
    return viewSelectedDevices(tx, isSelectable(caller.project.id, condition));
  });
}
