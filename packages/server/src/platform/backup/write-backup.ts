import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { pack as createPack, type Pack } from 'tar-stream';
import type { BlobStore } from '../blob-store/blob-store.ts';
import { versionOf } from '../database/migrate.ts';
import { Refusal } from '../refusal.ts';
import {
  type BackupEnd,
  type BackupHead,
  type BackupSummary,
  endEntry,
  headEntry,
  pieceBytes,
  summaryOf,
} from './backup-format.ts';
import { findTables, type Table } from './tables.ts';

/**
 * Writes everything that an installation is into one file, which only its owner may read: all rows as they are at one
 * moment, while the server goes on, and the blobs. The file is there as a whole or not at all. Refuses one that exists.
 * @param blobs null leaves artifacts and outputs out
 */
export async function writeBackup(
  file: string,
  client: pg.ClientBase,
  blobs: BlobStore | null,
  programVersion: string,
): Promise<BackupSummary> {
  if (existsSync(file)) throw new Refusal('already_exists', `${file} exists already; a backup never replaces a file`);
  const temporary = `${file}.part`;
  const pack = createPack();
  try {
    const output = createWriteStream(temporary, { mode: 0o600, flush: true });
    const written = pipeline(pack, createGzip({ level: 1 }), output);
    const packed = packAll(pack, client, blobs, programVersion).catch((error: Error) => {
      pack.destroy(error);
      throw error;
    });
    const [end] = await Promise.all([packed, written]);
    await rename(temporary, file);
    return summaryOf(end);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function packAll(
  pack: Pack,
  client: pg.ClientBase,
  blobs: BlobStore | null,
  programVersion: string,
): Promise<BackupEnd> {
  await client.query('begin isolation level repeatable read, read only');
  try {
    const version = await versionOf(client);
    if (version === null) throw new Refusal('wrong_state', 'There is nothing to back up: the server was never started');
    const tables = await findTables(client);
    const head: BackupHead = {
      format: 1,
      program_version: programVersion,
      schema_version: version,
      created_at: new Date().toISOString(),
      tables,
    };
    await addEntry(pack, headEntry, Buffer.from(JSON.stringify(head)));
    const end: BackupEnd = { tables: {}, blobs: 0 };
    for (const table of tables) end.tables[table.name] = await packTable(pack, client, table);
    if (blobs) end.blobs = await packBlobs(pack, blobs);
    await addEntry(pack, endEntry, Buffer.from(JSON.stringify(end)));
    pack.finalize();
    return end;
  } finally {
    await client.query('rollback').catch(() => {});
  }
}

async function packTable(pack: Pack, client: pg.ClientBase, { name, columns }: Table) {
  const hash = createHash('sha256');
  const copy = client.query(copyTo(`copy ${name} (${columns.join(', ')}) to stdout`));
  await packPieces(pack, 'tables', name, copy, (bytes) => hash.update(bytes));
  return { rows: copy.rowCount, sha256: hash.digest('hex') };
}

/** A blob that was removed meanwhile is left out: what needed it is gone as well, or will say that it is missing. */
async function packBlobs(pack: Pack, blobs: BlobStore): Promise<number> {
  let count = 0;
  for (const key of await blobs.list('')) {
    const bytes = await blobs.get(key);
    if (bytes === null) continue;
    await packPieces(pack, 'blobs', key, bytes, () => {});
    count += 1;
  }
  return count;
}

/** Packs a stream of unknown length; also one without bytes has one piece. */
async function packPieces(
  pack: Pack,
  kind: 'tables' | 'blobs',
  name: string,
  stream: AsyncIterable<Buffer>,
  onBytes: (bytes: Buffer) => void,
): Promise<void> {
  let number = 0;
  let gathered: Buffer[] = [];
  let length = 0;
  const addPiece = async () => {
    const bytes = Buffer.concat(gathered);
    onBytes(bytes);
    gathered = [];
    length = 0;
    await addEntry(pack, `${kind}/${number}/${name}`, bytes);
    number += 1;
  };
  for await (const chunk of stream) {
    gathered.push(chunk);
    length += chunk.length;
    if (length >= pieceBytes) await addPiece();
  }
  if (length > 0 || number === 0) await addPiece();
}

/** Settles when the bytes are taken: no more than one piece waits in memory. */
async function addEntry(pack: Pack, name: string, bytes: Buffer): Promise<void> {
  const entry = pack.entry({ name, size: bytes.length, mode: 0o600 });
  const closed = once(entry, 'close');
  entry.end(bytes);
  await closed;
  if (pack.destroyed) throw new Error('The backup could not be written');
}
