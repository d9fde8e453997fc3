import type { NewSavedFilter, SavedFilter } from '@tideway/protocol';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import type { ProjectCaller } from '../../projects/in-project.access.ts';
import { insertSavedFilter } from './saved-filter.store.ts';
import { auditedParts, showSavedFilter } from './saved-filter.views.ts';

/** Keeps a filter under a name, for everybody in the project. */
export async function createSavedFilter(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  filter: NewSavedFilter,
): Promise<SavedFilter> {
  return inTransaction(db, async (tx) => {
    const row = await insertSavedFilter(tx, caller.project.id, filter);
    await recordAuditEvent(tx, caller, {
      action: 'saved_filter.created',
      target: row.name,
      projectId: caller.project.id,
      after: auditedParts(row),
    });
    return showSavedFilter(row);
  });
}
