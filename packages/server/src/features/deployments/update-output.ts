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
  return keptUntil;
}

/** All that is kept of the output of an update's attempt; where a part is missing, that is said in its place. */
export async function readUpdateOutput(
  blobs: BlobStore,
  place: OutputPlace,
  attempt: number,
): Promise<{ output: string; pieces: number }> {
  const parts: Buffer[] = [];
  let end = 0;
  const keys = await blobs.list(folderOf(place, attempt));
  for (const key of keys) {
    const piece = pieceOf(key);
    if (piece.end <= end) continue;
    if (piece.start > end) parts.push(Buffer.from(`\n[… ${piece.start - end} bytes are missing …]\n`));
    const bytes = await readPiece(blobs, key);
    parts.push(bytes.subarray(Math.max(0, end - piece.start)));
    end = piece.end;
  }
  return { output: Buffer.concat(parts).toString('utf8'), pieces: keys.length };
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

async function putPiece(blobs: BlobStore, folder: string, { start, end }: Piece, bytes: Buffer): Promise<void> {
  const packed = await promisify(gzip)(bytes);
  const key = `${folder}/${String(start).padStart(8, '0')}-${String(end).padStart(8, '0')}.gz`;
  await blobs.put(key, Readable.from([packed]), packed.length).catch((error: unknown) => {
    // The same piece came twice at once.
    if (!(error instanceof BlobExists)) throw error;
  });
}

async function readPiece(blobs: BlobStore, key: string): Promise<Buffer> {
  const packed = await blobs.get(key);
  return packed ? promisify(gunzip)(await buffer(packed)) : Buffer.alloc(0);
}

function pieceOf(key: string): Piece {
  const [start = 0, end = 0] = (/(\d+)-(\d+)\.gz$/.exec(key) ?? []).slice(1).map(Number);
  return { start, end };
}
