import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { migrate } from './migrate.ts';
import { openPool } from './open-pool.ts';
import { StoreUnusable } from './store-unusable.ts';

let folder: string;
let database: string;
let pool: pg.Pool;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tideway-migrations-'));
  database = `migrate_${randomBytes(4).toString('hex')}`;
  await administer(`create database ${database}`);
  pool = openPool({ ...inject('postgres'), database });
});

afterEach(async () => {
  await pool.end();
  await administer(`drop database ${database} with (force)`);
  rmSync(folder, { recursive: true });
});

describe('migrating a database', () => {
  it('runs each file once, in order', async () => {
    write('0001-first.sql', 'create table note (text text)');
    write('0002-second.sql', "insert into note values ('once')");
    await migrate(pool, folder);
    await migrate(pool, folder);

    expect((await pool.query('select text from note')).rows).toEqual([{ text: 'once' }]);
  });

  it('leaves nothing of a migration that fails', async () => {
    write('0001-first.sql', 'create table note (text text)');
    write('0002-broken.sql', "insert into note values ('half'); select 1 / 0");

    await expect(migrate(pool, folder)).rejects.toThrow('The migration 2 (broken) failed');
    expect((await pool.query('select text from note')).rows).toEqual([]);
    expect((await pool.query('select number from schema_migration')).rows).toEqual([{ number: 1 }]);
  });

  it('refuses a database of a newer program and leaves it as it is', async () => {
    write('0001-first.sql', 'create table note (text text)');
    write('0002-second.sql', "insert into note values ('new')");
    await migrate(pool, folder);
    rmSync(join(folder, '0002-second.sql'));
    rmSync(join(folder, '0001-first.sql'));
    write('0001-other.sql', 'drop table note');

    await expect(migrate(pool, folder)).rejects.toThrow(StoreUnusable);
    await expect(migrate(pool, folder)).rejects.toThrow('its tables have version 2, this program knows 1');
    expect((await pool.query('select text from note')).rows).toEqual([{ text: 'new' }]);
  });

  it('is done once where two servers start at the same time', async () => {
    write('0001-first.sql', "create table note (text text); insert into note values ('once'); select pg_sleep(0.1)");
    const other = openPool({ ...inject('postgres'), database });
    await Promise.all([migrate(pool, folder), migrate(other, folder)]);
    await other.end();

    expect((await pool.query('select text from note')).rows).toEqual([{ text: 'once' }]);
  });
});

function write(file: string, sql: string): void {
  writeFileSync(join(folder, file), sql);
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ ...inject('postgres'), database: 'postgres' });
  await client.connect();
  await client.query(statement);
  await client.end();
}
