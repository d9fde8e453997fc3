import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { LogMessage } from '@tideway/protocol';
import { BlobExists, type BlobStore } from '../../platform/blob-store/blob-store.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { arrivalOf, type Piece } from './output-pieces.rules.ts';
import { findUpdate, type ReportingDevice } from './update.store.ts';

/** Where the output of an update is kept: by the internal id of its device and the public one of its deployment. */
export type OutputPlace = { deviceId: number; deploymentId: string };

/** A step that says a line now and then for an hour is not hundreds of files. */
const maxPieces = 32;

// The agent keeps 256 KiB; the rest is for the lines that say what was left out.
const maxOutputBytes = (256 + 64) * 1024;

/** Keeps a piece of the output of a device's update, and says up to which byte it is kept. Safe to repeat. */
export async function storeUpdateOutput(
  { db, blobs }: Pick<Deps, 'db' | 'blobs'>,
  device: ReportingDevice,
  { update_id: updateId, attempt, offset, text }: LogMessage,
): Promise<number> {
  const update = await findUpdate(db, device, updateId);
  if (update === null || attempt > update.attempt) {
    throw new Refusal('not_found', `This device has no attempt ${attempt} of an update ${updateId}`);
  }
  const bytes = Buffer.from(text);
  const piece = { start: offset, end: offset + bytes.length };
  if (piece.end > maxOutputBytes) {
    throw new Refusal('too_large', `No more than ${maxOutputBytes} bytes of output are kept of an update`);
  }
  const folder = folderOf({ deviceId: device.id, deploymentId: updateId }, attempt);
  const kept = (await blobs.list(folder)).map(pieceOf);
  const { keep, keptUntil } = arrivalOf(kept, piece);
  if (keep) await putPiece(blobs, folder, keep, bytes.subarray(keep.start - offset, keep.end - offset));
  if (kept.length >= maxPieces) await joinPieces(blobs, folder);
  return keptUntil;
}

/** All that is kept of the output of an update's attempt; where a part is missing, that is said in its place. */
export async function readUpdateOutput(blobs: BlobStore, place: OutputPlace, attempt: number): Promise<string> {
  const pieces = await readPieces(blobs, folderOf(place, attempt));
  let end = 0;
  const parts = pieces.flatMap(({ start, bytes }) => {
    const gap = start > end ? [Buffer.from(`\n[… ${start - end} bytes are missing …]\n`)] : [];
    end = start + bytes.length;
    return [...gap, bytes];
  });
  return Buffer.concat(parts).toString('utf8');
}

/** Removes what is kept of the outputs of these devices' updates. */
export async function removeOutputs(
  blobs: BlobStore,
  deploymentId: string,
  deviceIds: readonly number[],
): Promise<void> {
  await Promise.all(deviceIds.map((deviceId) => blobs.removeFolder(`${outputsOf(deploymentId)}/${deviceId}`)));
}

/** Removes what is left of the outputs of a deployment. */
export async function removeAllOutputs(blobs: BlobStore, deploymentId: string): Promise<void> {
  await blobs.removeFolder(outputsOf(deploymentId));
}

/** Ids of rows are given out again after a restore from backup: the deployment's id keeps their outputs apart. */
function folderOf({ deviceId, deploymentId }: OutputPlace, attempt: number): string {
  return `${outputsOf(deploymentId)}/${deviceId}/${attempt}`;
}

function outputsOf(deploymentId: string): string {
  return `output/${deploymentId}`;
}

/** Puts one piece in the place of those that follow each other from the beginning on. */
async function joinPieces(blobs: BlobStore, folder: string): Promise<void> {
  const joined: Buffer[] = [];
  let end = 0;
  for (const { start, bytes } of await readPieces(blobs, folder)) {
    if (start > end) break;
    joined.push(bytes);
    end = start + bytes.length;
  }
  const whole = keyOf(folder, { start: 0, end });
  await putPiece(blobs, folder, { start: 0, end }, Buffer.concat(joined));
  const keys = await blobs.list(folder);
  await Promise.all(keys.filter((key) => key !== whole && pieceOf(key).end <= end).map((key) => blobs.remove(key)));
}

type ReadPiece = { start: number; bytes: Buffer };

/** What is kept, in its order, each byte once. */
async function readPieces(blobs: BlobStore, folder: string): Promise<ReadPiece[]> {
  const read: ReadPiece[] = [];
  let end = 0;
  for (const key of await blobs.list(folder)) {
    const piece = pieceOf(key);
    if (piece.end <= end) continue;
    const bytes = await readPiece(blobs, key);
    // It has been joined with others meanwhile.
    if (bytes === null) return readPieces(blobs, folder);
    const start = Math.max(piece.start, end);
    read.push({ start, bytes: bytes.subarray(start - piece.start) });
    end = piece.end;
  }
  return read;
}

async function putPiece(blobs: BlobStore, folder: string, piece: Piece, bytes: Buffer): Promise<void> {
  const packed = await promisify(gzip)(bytes);
  await blobs.put(keyOf(folder, piece), Readable.from([packed]), packed.length).catch((error: unknown) => {
    // The same piece came twice at once.
    if (!(error instanceof BlobExists)) throw error;
  });
}

async function readPiece(blobs: BlobStore, key: string): Promise<Buffer | null> {
  const packed = await blobs.get(key);
  return packed && promisify(gunzip)(await buffer(packed));
}

function keyOf(folder: string, { start, end }: Piece): string {
  return `${folder}/${String(start).padStart(8, '0')}-${String(end).padStart(8, '0')}.gz`;
}

function pieceOf(key: string): Piece {
  const [start = 0, end = 0] = (/(\d+)-(\d+)\.gz$/.exec(key) ?? []).slice(1).map(Number);
  return { start, end };
}
