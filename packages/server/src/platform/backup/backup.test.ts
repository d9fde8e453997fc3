import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { makeGreenhouses, startTestServer, type TestServer } from '@tideway/testkit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from '../blob-store/blob-store.ts';
import { createDiskStore } from '../blob-store/disk-store.ts';
import { makeTablesOf, migrate, migrationsFolder, versionOf } from '../database/migrate.ts';
import { openPool } from '../database/open-pool.ts';
import { restoreBackup } from './restore-backup.ts';
import { findTables } from './tables.ts';
import { writeBackup } from './write-backup.ts';

let server: TestServer;
let source: pg.Client;
let target: pg.Client;
let targetName: string;
let folder: string;
let blobs: BlobStore;
let file: string;

beforeAll(async () => {
  server = await startTestServer();
  const { path } = await makeGreenhouses(server);
  const filter = { name: 'wet ones', device_filter: { groups: [{ name: 'North' }] } };
  expect((await server.request('POST', `${path}/saved-filters`, { body: filter })).status).toBe(201);
  await server.deps.blobs.put('artifacts/one', Readable.from([Buffer.alloc(9_000_000, 'x')]), 10_000_000);
  await server.deps.blobs.put('output/empty', Readable.from([]), 1);
  // A backup has what is in the tables; what is noted of these calls must not come between it and a look at them.
  await server.deps.lastUses.writeAll();
  source = new pg.Client(server.database.connection);
  await source.connect();
});

afterAll(async () => {
  await source.end();
  await server.stop();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tideway-backup-'));
  blobs = createDiskStore(join(folder, 'blobs'));
  file = join(folder, 'backup.tideway');
  targetName = `restored_${Date.now()}`;
  await source.query(`create database ${targetName}`);
  target = new pg.Client({ ...server.database.connection, database: targetName });
  await target.connect();
});

afterEach(async () => {
  await target.end();
  await source.query(`drop database ${targetName}`);
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  it('brings every row and every file back, and numbers go on', async () => {
    const written = await writeBackup(file, source, server.deps.blobs, 'test');
    const restored = await restoreBackup(file, target, blobs);

    expect(restored).toEqual(written);
    expect(written.rows).toBeGreaterThan(20);
    expect(written.blobs).toBe((await server.deps.blobs.list('')).length);
    expect(await contentsOf(target)).toEqual(await contentsOf(source));
    expect(await blobs.list('')).toEqual(await server.deps.blobs.list(''));
    expect((await bytesOf(blobs, 'artifacts/one')).equals(await bytesOf(server.deps.blobs, 'artifacts/one'))).toBe(
      true,
    );
    const { rows: added } = await target.query("insert into account (name) values ('next') returning id");
    const { rows: newest } = await source.query('select max(id) from account');
    expect(added[0].id).toBeGreaterThan(newest[0].max);
  });

  it('is a file for its owner alone, and never takes the place of another', async () => {
    await writeBackup(file, source, null, 'test');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(writeBackup(file, source, null, 'test')).rejects.toThrow(`${file} exists already`);
    expect(readdirSync(folder)).toEqual(['backup.tideway']);
  });

  it('is restored into an empty database only', async () => {
    await writeBackup(file, source, null, 'test');
    await expect(restoreBackup(file, source, blobs)).rejects.toThrow('The database is not empty');
  });

  it('of an older version gets the newer tables afterwards', async () => {
    await makeTablesOf(target, migrationsFolder, 1);
    await target.query("insert into account (name) values ('from the first version')");
    await writeBackup(file, target, null, 'test');
    await target.query('drop schema public cascade; create schema public');
    await restoreBackup(file, target, blobs);
    expect(await versionOf(target)).toBe(1);

    const pool = openPool({ ...server.database.connection, database: targetName });
    await migrate(pool, migrationsFolder);
    await pool.end();
    expect(await versionOf(target)).toBe(await versionOf(source));
    expect((await contentsOf(target)).account).toEqual([expect.stringContaining('from the first version')]);
  });

  it.each([
    ['is not there', () => rmSync(file), 'cannot be read'],
    ['is something else', () => writeFileSync(file, 'hello'), 'This is no whole backup'],
    ['was broken off', () => writeFileSync(file, readFileSync(file).subarray(0, -1000)), 'This is no whole backup'],
    [
      'has lost its end',
      () => rewrite((tar) => tar.subarray(0, tar.lastIndexOf('end.json'))),
      'This is no whole backup',
    ],
    ['was altered', () => rewrite((tar) => replaced(tar, 'pump-1', 'pump-9')), 'it does not hold what its end says'],
    [
      'is of a newer version',
      () =>
        rewrite((tar) => {
          const shorter = replaced(tar, '"program_version":"test"', '"program_version":"tes"');
          const version = /"schema_version":\d+/.exec(tar.toString())?.[0] ?? '';
          return replaced(shorter, version, `${version}9`);
        }),
      'was written by a newer version',
    ],
  ])('that %s is refused, and nothing is restored', async (_, spoil, why) => {
    await writeBackup(file, source, server.deps.blobs, 'test');
    spoil();
    await expect(restoreBackup(file, target, blobs)).rejects.toThrow(why);
    expect(await findTables(target)).toEqual([]);
    expect(await blobs.list('')).toEqual([]);
  });
});

function rewrite(change: (tar: Buffer) => Buffer): void {
  writeFileSync(file, gzipSync(change(gunzipSync(readFileSync(file)))));
}

/** Replaces the first place of a text by one of the same length. */
function replaced(tar: Buffer, text: string, other: string): Buffer {
  const at = tar.indexOf(text);
  expect(at).toBeGreaterThan(0);
  return Buffer.concat([tar.subarray(0, at), Buffer.from(other), tar.subarray(at + text.length)]);
}

/** What a server notes of itself every few seconds, also between a backup and a look at the tables. */
const alwaysNoted = ['server_lease', 'service_time'];

/** Every row of every table, as text; of what is always noted that it is there. */
async function contentsOf(client: pg.Client): Promise<Record<string, string[]>> {
  const contents: Record<string, string[]> = {};
  for (const { name } of await findTables(client)) {
    const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t order by 1`);
    contents[name] = rows.map(({ row }) => (alwaysNoted.includes(name) ? 'noted' : row));
  }
  return contents;
}

async function bytesOf(store: BlobStore, key: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of (await store.get(key)) ?? []) parts.push(part);
  return Buffer.concat(parts);
}
