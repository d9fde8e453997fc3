import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

/** A PostgreSQL that a test may make databases in, with the database of which each of them is a copy. */
export type TestPostgres = { host: string; user: string; template: string };

/** Makes the database of which every test gets a copy: all tables, no rows. */
export async function makeTemplate(server: { host: string; user: string }): Promise<TestPostgres> {
  const postgres = { ...server, template: `template_${randomBytes(6).toString('hex')}` };
  await administer(postgres, `create database ${postgres.template}`);
  const client = new pg.Client({ ...server, database: postgres.template });
  await client.connect();
  const folder = new URL('../../server/src/platform/database/migrations/', import.meta.url);
  for (const file of readdirSync(folder).sort()) await client.query(readFileSync(new URL(file, folder), 'utf8'));
  await client.end();
  return postgres;
}

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

async function administer({ host, user }: TestPostgres, statement: string): Promise<void> {
  const client = new pg.Client({ host, user, database: 'postgres' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
