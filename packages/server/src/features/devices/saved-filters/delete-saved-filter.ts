import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import type { ProjectCaller } from '../../projects/in-project.access.ts';
import { lockSavedFilterOrRefuse } from './lock-saved-filter-or-refuse.ts';
import { deleteSavedFilterRow } from './saved-filter.store.ts';
import { auditedParts } from './saved-filter.views.ts';

/** Deletes a saved filter, for everybody in the project. */
export async function deleteSavedFilter({ db }: Pick<Deps, 'db'>, caller: ProjectCaller, name: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const filter = await lockSavedFilterOrRefuse(tx, caller, name);
    await deleteSavedFilterRow(tx, caller.project.id, filter.id);
    await recordAuditEvent(tx, caller, {
      action: 'saved_filter.deleted',
      target: filter.name,
      projectId: caller.project.id,
      before: auditedParts(filter),
    });
  });
}
