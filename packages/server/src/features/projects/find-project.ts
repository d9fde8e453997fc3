import { sql } from 'kysely';
import { type Db, firstRow } from '../../platform/database/database.ts';
import type { Caller } from '../accounts/authenticate-token.ts';

export type Project = { id: number; key: string; name: string };

/**
 * The project of this key, or of this name where no project has such a key; null where there is none that the caller
 * may see.
 */
export async function findProject(db: Db, caller: Caller, keyOrName: string): Promise<Project | null> {
  return firstRow<Project>(
    db,
    sql`select id, key, name from project
        where account_id = ${caller.accountId} and deleted_at is null and (key = ${keyOrName} or name = ${keyOrName})
          and (${caller.projectIds}::bigint[] is null or id = any(${caller.projectIds}::bigint[]))
        order by (key = ${keyOrName}) desc limit 1`,
  );
}

/** The project of exactly this name, as the deploy doors give it; null where there is none that the caller may see. */
export async function findProjectByName(db: Db, caller: Caller, name: string): Promise<Project | null> {
  return firstRow<Project>(
    db,
    sql`select id, key, name from project
        where account_id = ${caller.accountId} and deleted_at is null and name = ${name}
          and (${caller.projectIds}::bigint[] is null or id = any(${caller.projectIds}::bigint[]))`,
  );
}
