import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { StoreUnusable } from './store-unusable.ts';

/** The migrations of this program; the bundle carries the folder beside itself. */
export const migrationsFolder = fileURLToPath(new URL('./migrations/', import.meta.url));

/**
 * Brings a database to the newest tables: runs the files `0001-….sql` of `folder` that it has not seen, in their order,
 * each in a transaction. A database of a newer program is refused untouched, with StoreUnusable.
 */
export async function migrate(pool: pg.Pool, folder: string): Promise<void> {
  const migrations = readMigrations(folder);
  const client = await pool.connect();
  try {
    // Two servers may start at once on one database: the second waits, and finds everything done.
    await client.query('select pg_advisory_lock(7433, 2)');
    const done = await numbersDone(client);
    refuseNewer(done, migrations);
    for (const migration of migrations) if (!done.includes(migration.number)) await run(client, migration);
  } finally {
    await client.query('select pg_advisory_unlock(7433, 2)').catch(() => {});
    client.release();
  }
}

/**
 * Makes the tables of a version in an empty database, in the caller's transaction, as a backup of that version needs
 * them. False where this program does not know the version.
 */
export async function makeTablesOf(client: pg.ClientBase, folder: string, version: number): Promise<boolean> {
  const migrations = readMigrations(folder).filter(({ number }) => number <= version);
  if (migrations.at(-1)?.number !== version) return false;
  for (const migration of migrations) await apply(client, migration);
  return true;
}

/** The number of the newest migration that a database has seen; null where it has none of our tables. */
export async function versionOf(client: pg.ClientBase): Promise<number | null> {
  const done = await numbersDone(client);
  return done.at(-1) ?? null;
}

type Migration = { number: number; name: string; sql: string };

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => ({
      number: Number(file.slice(0, 4)),
      name: file.slice(5, -4),
      sql: readFileSync(join(folder, file), 'utf8'),
    }));
}

async function numbersDone(client: pg.ClientBase): Promise<number[]> {
  const { rows: tables } = await client.query(`select to_regclass('schema_migration') as found`);
  if (tables[0]?.found === null) return [];
  const { rows } = await client.query<{ number: number }>('select number from schema_migration order by number');
  return rows.map((row) => row.number);
}

function refuseNewer(done: number[], migrations: Migration[]): void {
  const newest = Math.max(0, ...done);
  const known = Math.max(0, ...migrations.map((migration) => migration.number));
  if (newest <= known) return;
  throw new StoreUnusable(
    `The database was written by a newer version of Tideway (its tables have version ${newest}, this program knows ` +
      `${known}). Nothing was changed; start the newer version.`,
  );
}

async function run(client: pg.PoolClient, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await apply(client, migration);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw new Error(`The migration ${migration.number} (${migration.name}) failed`, { cause: error });
  }
}

async function apply(client: pg.ClientBase, { number, name, sql }: Migration): Promise<void> {
  await client.query(
    `create table if not exists schema_migration (
       number integer primary key, name text not null, applied_at timestamptz not null default now())`,
  );
  await client.query(sql);
  await client.query('insert into schema_migration (number, name) values ($1, $2)', [number, name]);
}
