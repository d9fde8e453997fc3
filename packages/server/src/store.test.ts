import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Config, readConfig } from './config.ts';
import { execute, rows } from './platform/database/database.ts';
import { createLog } from './platform/log.ts';
import { openStore } from './store.ts';

const log = createLog('silent');

let database: string;
let config: Config;

beforeEach(async () => {
  database = `store_${randomBytes(4).toString('hex')}`;
  await administer(`create database ${database}`);
  const { user, host } = inject('postgres');
  const read = readConfig({ DATABASE_URL: `postgresql://${user}@/${database}?host=${host}`, TIDEWAY_HOME: tmpdir() });
  if ('fault' in read) throw new Error(read.fault);
  config = read;
});

afterEach(() => administer(`drop database ${database} with (force)`));

describe("a PostgreSQL of one's own", () => {
  it('gets its tables, also where two servers start on it at once', async () => {
    const stores = await Promise.all([openStore(config, log, () => {}), openStore(config, log, () => {})]);
    const ready = await Promise.all(stores.map((store) => store.isReady()));
    const projects = await rows(stores[0].db, sql`select * from project`);
    await Promise.all(stores.map((store) => store.close()));

    expect([ready, projects]).toEqual([[true, true], []]);
  });

  it('is refused untouched where a newer version has written it', async () => {
    const first = await openStore(config, log, () => {});
    await execute(first.db, sql`insert into schema_migration (number, name) values (9999, 'from the future')`);
    await first.close();

    await expect(openStore(config, log, () => {})).rejects.toThrow('written by a newer version of Tideway');
  });

  it('is not ready once it is gone', async () => {
    const store = await openStore(config, log, () => {});
    await administer(`drop database ${database} with (force)`);
    const ready = await store.isReady();
    await store.close();
    await administer(`create database ${database}`);

    expect(ready).toBe(false);
  });
});

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ ...inject('postgres'), database: 'postgres' });
  await client.connect();
  await client.query(statement);
  await client.end();
}
