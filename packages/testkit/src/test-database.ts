import { randomBytes } from 'node:crypto';
import { migrate, migrationsFolder } from '@tideway/server';
import pg from 'pg';

/** A PostgreSQL that a test may make databases in, with the database of which each of them is a copy. */
export type TestPostgres = { host: string; user: string; template: string };

/** Makes the database of which every test gets a copy: all tables, no rows. */
export async function makeTemplate(server: { host: string; user: string }): Promise<TestPostgres> {
  const postgres = { ...server, template: `template_${randomBytes(6).toString('hex')}` };
  // Nothing here outlives the run, and no test of this PostgreSQL cuts its power: waiting for the disk shows nothing.
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    await administer(postgres, `alter system set ${setting} = off`);
  }
  await administer(postgres, 'select pg_reload_conf()');
  await administer(postgres, `create database ${postgres.template}`);
  const pool = new pg.Pool({ ...server, database: postgres.template });
  await migrate(pool, migrationsFolder);
  await pool.end();
  return postgres;
}

export type TestDatabase = Awaited<ReturnType<typeof createTestDatabase>>;

/** An empty database for one test server. `shiftClock` moves the one clock that decides, for connections made later. */
export async function createTestDatabase(postgres: TestPostgres) {
  const database = `test_${randomBytes(6).toString('hex')}`;
  await administer(postgres, `create database ${database} template ${postgres.template}`);
  return {
    connection: { host: postgres.host, user: postgres.user, database },
    shiftClock: (interval: string) =>
      administer(postgres, `alter database ${database} set tideway.clock_shift = '${interval}'`),
    drop: () => administer(postgres, `drop database ${database} with (force)`),
  };
}

/** A database without tables, for a server that is given it by its URL. */
export async function createOwnDatabase(postgres: TestPostgres) {
  const database = `own_${randomBytes(6).toString('hex')}`;
  await administer(postgres, `create database ${database}`);
  const { host, user } = postgres;
  return {
    url: `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}`,
    connection: { host, user, database },
    drop: () => administer(postgres, `drop database ${database} with (force)`),
  };
}

async function administer({ host, user }: TestPostgres, statement: string): Promise<void> {
  const client = new pg.Client({ host, user, database: 'postgres' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
