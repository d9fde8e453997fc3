import type { SelectionPreview } from '@tideway/protocol';
import { sql } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { invalidRequest } from '../../platform/http/refusals.ts';
import { searchConditions } from '../devices/device-search.rules.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { isListed } from './device-filter.rules.ts';
import { readSelectionSearch } from './order.rules.ts';
import { resolveDeviceFilter } from './resolve-device-filter.ts';
import { previewDevices } from './selected-devices.views.ts';

/** What a filter and a search select at this moment. Refuses names and ids that do not exist. */
export async function previewSelection(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  body: unknown,
): Promise<SelectionPreview> {
  const read = readSelectionSearch(body);
  if ('faults' in read) throw invalidRequest(read.faults);
  return inTransaction(db, async (tx) => {
    const condition = await resolveDeviceFilter(tx, caller.project.id, read.selection);
    const conditions = [isListed(caller.project.id, condition), ...searchConditions(read.search)];
    return previewDevices(tx, sql`${sql.join(conditions, sql` and `)}`);
  });
}
