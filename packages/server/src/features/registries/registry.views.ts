import type { Registry } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, firstRow, rows } from '../../platform/database/database.ts';

export type RegistryRow = {
  id: number;
  name: string;
  url: string;
  username: string | null;
  password: Buffer | null;
  created_at: Date;
  changed_at: Date;
};

/** One page of a project's registries in the order of their names; `next` is the name it ended at. */
export async function listRegistries(
  db: Db,
  projectId: number,
  page: { limit: number; after?: string | undefined },
): Promise<{ items: Registry[]; next: string | null }> {
  const found = await rows<RegistryRow>(
    db,
    sql`select id, name, url, username, password, created_at, changed_at from registry
        where project_id = ${projectId} and name > ${page.after ?? ''} order by name limit ${page.limit + 1}`,
  );
  const items = found.slice(0, page.limit).map(showRegistry);
  return { items, next: found.length > page.limit ? (items.at(-1)?.name ?? null) : null };
}

export async function findRegistry(db: Db, projectId: number, name: string): Promise<RegistryRow | null> {
  return firstRow<RegistryRow>(
    db,
    sql`select id, name, url, username, password, created_at, changed_at from registry
        where project_id = ${projectId} and name = ${name}`,
  );
}

/** Those of the names that are registries of the project. */
export async function findRegistryNames(db: Db, projectId: number, names: string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const found = await rows<{ name: string }>(
    db,
    sql`select name from registry where project_id = ${projectId} and name = any(${names}::text[])`,
  );
  return found.map(({ name }) => name);
}

/** A registry as the API shows it, without its password. */
export function showRegistry(row: RegistryRow): Registry {
  return {
    id: row.name,
    name: row.name,
    url: row.url,
    username: row.username,
    has_password: row.password !== null,
    created_at: row.created_at.toISOString(),
    changed_at: row.changed_at.toISOString(),
  };
}
