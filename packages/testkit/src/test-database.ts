import { randomBytes } from 'node:crypto';
import { migrate, migrationsFolder } from '@tideway/server';
import pg from 'pg';

/** A PostgreSQL that a test may make databases in. */
export type TestPostgres = { host: string; user: string };

const template = 'tideway_template';

/** Makes the database of which every test gets a copy: all tables, no rows. */
export async function makeTemplate(postgres: TestPostgres): Promise<void> {
  await administer(postgres, `create database ${template}`);
  const pool = new pg.Pool({ ...postgres, database: template });
  await migrate(pool, migrationsFolder);
  await pool.end();
}

/** An empty database for one test server. `shiftClock` moves the one clock that decides, for connections made later. */
export async function createTestDatabase(postgres: TestPostgres) {
  const database = `test_${randomBytes(6).toString('hex')}`;
  await administer(postgres, `create database ${database} template ${template}`);
  return {
    connection: { ...postgres, database },
    shiftClock: (interval: string) =>
      administer(postgres, `alter database ${database} set tideway.clock_shift = '${interval}'`),
    drop: () => administer(postgres, `drop database ${database} with (force)`),
  };
}

async function administer(postgres: TestPostgres, statement: string): Promise<void> {
  const client = new pg.Client({ ...postgres, database: 'postgres' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
