import type { SavedFilter } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, rows } from '../../../platform/database/database.ts';

export type SavedFilterRow = Pick<SavedFilter, 'name' | 'device_filter' | 'search' | 'attention'> & {
  id: number;
  created_at: Date;
  changed_at: Date;
};

/** One page of a project's saved filters in the order of their names; `next` is the name it ended at. */
export async function listSavedFilters(
  db: Db,
  projectId: number,
  page: { limit: number; after?: string | undefined },
): Promise<{ items: SavedFilter[]; next: string | null }> {
  const found = await rows<SavedFilterRow>(
    db,
    sql`select id, name, device_filter, search, attention, created_at, changed_at from saved_filter
        where project_id = ${projectId} and name > ${page.after ?? ''} order by name limit ${page.limit + 1}`,
  );
  const items = found.slice(0, page.limit).map(showSavedFilter);
  return { items, next: found.length > page.limit ? (items.at(-1)?.name ?? null) : null };
}

/** A saved filter as the API shows it; its name is its id. */
export function showSavedFilter({ id: _, created_at, changed_at, ...row }: SavedFilterRow): SavedFilter {
  return { id: row.name, ...row, created_at: created_at.toISOString(), changed_at: changed_at.toISOString() };
}

/** What of a saved filter the audit log shows. */
export function auditedParts({ name, device_filter, search, attention }: SavedFilterRow) {
  return { name, device_filter, search, attention };
}
