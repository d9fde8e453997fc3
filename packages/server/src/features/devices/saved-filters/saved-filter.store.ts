import type { NewSavedFilter } from '@tideway/protocol';
import { sql } from 'kysely';
import { execute, firstRow, oneRow, violatesUnique } from '../../../platform/database/database.ts';
import type { Tx } from '../../../platform/database/transaction.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { SavedFilterRow } from './saved-filter.views.ts';

/** Adds a saved filter; refuses a name that another one of the project has. */
export async function insertSavedFilter(tx: Tx, projectId: number, filter: NewSavedFilter): Promise<SavedFilterRow> {
  const added = await firstRow<SavedFilterRow>(
    tx,
    sql`insert into saved_filter (project_id, name, device_filter, search, attention)
        values (${projectId}, ${filter.name}, ${JSON.stringify(filter.device_filter)}::jsonb,
                ${filter.search ?? null}, ${filter.attention ?? null})
        on conflict (project_id, name) do nothing
        returning id, name, device_filter, search, attention, created_at, changed_at`,
  );
  return added ?? refuseTaken(filter.name);
}

/** Locks a saved filter against other changes; null where there is none. */
export async function lockSavedFilter(tx: Tx, projectId: number, name: string): Promise<SavedFilterRow | null> {
  return firstRow<SavedFilterRow>(
    tx,
    sql`select id, name, device_filter, search, attention, created_at, changed_at from saved_filter
        where project_id = ${projectId} and name = ${name} for update`,
  );
}

/** Makes a saved filter this one; refuses a name that another one of the project has. */
export async function updateSavedFilter(
  tx: Tx,
  projectId: number,
  id: number,
  filter: NewSavedFilter,
): Promise<SavedFilterRow> {
  return oneRow<SavedFilterRow>(
    tx,
    sql`update saved_filter
        set name = ${filter.name}, device_filter = ${JSON.stringify(filter.device_filter)}::jsonb,
            search = ${filter.search ?? null}, attention = ${filter.attention ?? null}, changed_at = tideway_now()
        where project_id = ${projectId} and id = ${id}
        returning id, name, device_filter, search, attention, created_at, changed_at`,
  ).catch((error: unknown) => {
    if (!violatesUnique(error, 'saved_filter_project_id_name_key')) throw error;
    return refuseTaken(filter.name);
  });
}

export async function deleteSavedFilterRow(tx: Tx, projectId: number, id: number): Promise<void> {
  await execute(tx, sql`delete from saved_filter where project_id = ${projectId} and id = ${id}`);
}

function refuseTaken(name: string): never {
  throw new Refusal('already_exists', `There is a saved filter ${name} already`, { field: 'name' });
}
