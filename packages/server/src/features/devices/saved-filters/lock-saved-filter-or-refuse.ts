import type { Tx } from '../../../platform/database/transaction.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { ProjectCaller } from '../../projects/in-project.access.ts';
import { lockSavedFilter } from './saved-filter.store.ts';
import type { SavedFilterRow } from './saved-filter.views.ts';

/** The saved filter that a path names, kept from other changes, or the answer that there is none. */
export async function lockSavedFilterOrRefuse(tx: Tx, caller: ProjectCaller, name: string): Promise<SavedFilterRow> {
  const filter = await lockSavedFilter(tx, caller.project.id, name);
  if (filter === null) throw new Refusal('not_found', `There is no saved filter ${name}`);
  return filter;
}
