import type { ProjectView } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, oneRow, rows } from '../../platform/database/database.ts';
import { type IdPage, pageOfRows } from '../../platform/http/id-page.ts';
import type { Caller } from '../accounts/authenticate-token.ts';
import type { ProjectRow } from './project.store.ts';

/** The projects that the caller may see, oldest first. */
export async function listProjects(
  db: Db,
  caller: Caller,
  page: IdPage,
): Promise<{ items: ProjectView[]; next: string | null }> {
  const found = await rows<ProjectRow>(
    db,
    sql`select id, key, name, created_at from project
        where account_id = ${caller.accountId} and deleted_at is null and id > ${page.after ?? 0}
          and (${caller.projectIds}::bigint[] is null or id = any(${caller.projectIds}))
        order by id limit ${page.limit + 1}`,
  );
  return pageOfRows(found, page.limit, showProject);
}

/** A project that the path has named already. */
export async function readProject(db: Db, projectId: number): Promise<ProjectView> {
  const row = await oneRow<ProjectRow>(db, sql`select id, key, name, created_at from project where id = ${projectId}`);
  return showProject(row);
}

/** A project as the API shows it; its key is its id. */
export function showProject(row: ProjectRow): ProjectView {
  return { id: row.key, key: row.key, name: row.name, created_at: row.created_at.toISOString() };
}
