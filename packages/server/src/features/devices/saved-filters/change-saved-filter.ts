import type { NewSavedFilter, SavedFilter } from '@tideway/protocol';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import type { ProjectCaller } from '../../projects/in-project.access.ts';
import { lockSavedFilterOrRefuse } from './lock-saved-filter-or-refuse.ts';
import { updateSavedFilter } from './saved-filter.store.ts';
import { auditedParts, showSavedFilter } from './saved-filter.views.ts';

/** Puts another filter in the place of a saved one; with another name, it is found under that. */
export async function changeSavedFilter(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  name: string,
  filter: NewSavedFilter,
): Promise<SavedFilter> {
  return inTransaction(db, async (tx) => {
    const before = await lockSavedFilterOrRefuse(tx, caller, name);
    const row = await updateSavedFilter(tx, caller.project.id, before.id, filter);
    await recordAuditEvent(tx, caller, {
      action: 'saved_filter.changed',
      target: row.name,
      projectId: caller.project.id,
      before: auditedParts(before),
      after: auditedParts(row),
    });
    return showSavedFilter(row);
  });
}
