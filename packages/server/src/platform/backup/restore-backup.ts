import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { BlobExists, type BlobStore } from '../blob-store/blob-store.ts';
import { makeTablesOf, migrationsFolder, versionOf } from '../database/migrate.ts';
import { Refusal } from '../refusal.ts';
import {
  type BackupEnd,
  type BackupHead,
  type BackupSummary,
  backupEndSchema,
  backupHeadSchema,
  endEntry,
  headEntry,
  summaryOf,
} from './backup-format.ts';
import { continueNumbers } from './tables.ts';

/**
 * Brings a backup back into an empty database, all of it or nothing. Refuses a database that has tables already, a file
 * that is no backup, or not whole, and one of a newer program.
 */
export async function restoreBackup(file: string, client: pg.ClientBase, blobs: BlobStore): Promise<BackupSummary> {
  if ((await versionOf(client)) !== null) {
    throw new Refusal('wrong_state', 'The database is not empty: a backup is restored into a new one only');
  }
  const put: string[] = [];
  await client.query('begin');
  try {
    const end = await restoreEntries(readEntries(file), client, blobs, (key) => put.push(key));
    await continueNumbers(client);
    await client.query('commit');
    return summaryOf(end);
  } catch (error) {
    await client.query('rollback').catch(() => {});
    for (const key of put) await blobs.remove(key);
    throw error;
  }
}

type Entry = { name: string; bytes: Buffer };

async function* readEntries(file: string): AsyncGenerator<Entry> {
  const input = createReadStream(file);
  const gunzip = createGunzip();
  const entries = extract();
  input.on('error', (error) => gunzip.destroy(error));
  gunzip.on('error', (error) => entries.destroy(error));
  input.pipe(gunzip).pipe(entries);
  try {
    for await (const entry of entries) yield { name: entry.header.name, bytes: await buffer(entry) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
      throw new Refusal('not_found', `${file} cannot be read: ${(error as Error).message}`);
    }
    throw notWhole((error as Error).message);
  } finally {
    input.destroy();
  }
}

async function restoreEntries(
  entries: AsyncGenerator<Entry>,
  client: pg.ClientBase,
  blobs: BlobStore,
  onPut: (key: string) => void,
): Promise<BackupEnd> {
  const head = await readHead(entries, client);
  const found: BackupEnd = { tables: {}, blobs: 0 };
  let loaded = '';
  let load: Load = noLoad;
  for await (const { name, bytes } of entries) {
    if (name === endEntry) {
      await load.end();
      const end = readAs(backupEndSchema, bytes);
      if (JSON.stringify(end) !== JSON.stringify(found)) throw notWhole('it does not hold what its end says');
      return end;
    }
    const { kind, what, key } = partsOf(name);
    if (loaded !== what) {
      await load.end();
      loaded = what;
      load = kind === 'tables' ? loadTable(client, head, key, found) : loadBlob(blobs, key, onPut, found);
    }
    await load.add(bytes);
  }
  throw notWhole('its end is missing');
}

async function readHead(entries: AsyncGenerator<Entry>, client: pg.ClientBase): Promise<BackupHead> {
  const { value: first } = await entries.next();
  if (first?.name !== headEntry) throw notWhole('it does not begin as one');
  const head = readAs(backupHeadSchema, first.bytes);
  if (await makeTablesOf(client, migrationsFolder, head.schema_version)) return head;
  throw new Refusal(
    'wrong_state',
    `The backup was written by a newer version of Tideway (${head.program_version}): restore it with that one`,
  );
}

/** Takes the pieces of a table or a blob, one after the other. */
type Load = { add: (bytes: Buffer) => Promise<void>; end: () => Promise<void> };

const noLoad: Load = { add: async () => {}, end: async () => {} };

function loadTable(client: pg.ClientBase, head: BackupHead, name: string, found: BackupEnd): Load {
  const table = head.tables.find((one) => one.name === name);
  if (table === undefined) throw notWhole(`its table ${name} is not announced`);
  const hash = createHash('sha256');
  const copy = client.query(copyFrom(`copy ${quoted(name)} (${table.columns.map(quoted).join(', ')}) from stdin`));
  const copied = finished(copy);
  copied.catch(() => {});
  return {
    add: async (bytes) => {
      hash.update(bytes);
      if (!copy.write(bytes)) await Promise.race([once(copy, 'drain'), copied]);
    },
    end: async () => {
      copy.end();
      await copied;
      found.tables[name] = { rows: copy.rowCount, sha256: hash.digest('hex') };
    },
  };
}

function loadBlob(blobs: BlobStore, key: string, onPut: (key: string) => void, found: BackupEnd): Load {
  const stream = new PassThrough();
  const kept = blobs.put(key, stream, Number.POSITIVE_INFINITY).then(
    () => onPut(key),
    (error: unknown) => {
      stream.resume();
      // The same key is always the same bytes: a move on one machine finds its blobs in their place.
      if (!(error instanceof BlobExists)) throw error;
    },
  );
  kept.catch(() => {});
  return {
    add: async (bytes) => {
      if (!stream.write(bytes)) await Promise.race([once(stream, 'drain'), kept]);
    },
    end: async () => {
      stream.end();
      await kept;
      found.blobs += 1;
    },
  };
}

function partsOf(name: string): { kind: 'tables' | 'blobs'; what: string; key: string } {
  const [, kind, key] = /^(tables|blobs)\/\d+\/(.+)$/s.exec(name) ?? [];
  if ((kind !== 'tables' && kind !== 'blobs') || key === undefined) throw notWhole(`${name} has no place in one`);
  return { kind, what: `${kind}/${key}`, key };
}

function readAs<Value>(schema: z.ZodType<Value>, bytes: Buffer): Value {
  const read = schema.safeParse(JSON.parse(bytes.toString('utf8')));
  if (read.success) return read.data;
  throw notWhole(z.prettifyError(read.error));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function notWhole(why: string): Refusal {
  return new Refusal('invalid_request', `This is no whole backup: ${why}. Nothing was restored`);
}
