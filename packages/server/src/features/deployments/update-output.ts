import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BlobExists, type BlobStore } from '../../platform/blob-store/blob-store.ts';

/** Room for the 256 KiB that an agent keeps of an update, with some for the marks between its parts. */
const maxBytes = 320 * 1024;

/**
 * Keeps a piece of an update's output, which begins at byte `offset` of the whole. A piece that is kept already stays as
 * it is. False where the output would grow beyond its limit: then nothing is kept.
 */
export async function storeUpdateOutput(
  blobs: BlobStore,
  updateId: number,
  attempt: number,
  piece: { offset: number; text: string },
): Promise<boolean> {
  const bytes = Buffer.from(piece.text, 'utf8');
  if (piece.offset + bytes.length > maxBytes) return false;
  const key = `${folderOf(updateId, attempt)}/${String(piece.offset).padStart(9, '0')}.gz`;
  const packed = gzipSync(bytes);
  await blobs.put(key, Readable.from([packed]), packed.length).catch((error: unknown) => {
    if (!(error instanceof BlobExists)) throw error;
  });
  return true;
}

/** All that is kept of an update's output, in its order; empty where there is none. */
export async function readUpdateOutput(blobs: BlobStore, updateId: number, attempt: number): Promise<string> {
  const pieces: Buffer[] = [];
  for (const key of await blobs.list(folderOf(updateId, attempt))) {
    const packed = await blobs.get(key);
    if (packed !== null) pieces.push(gunzipSync(await buffer(packed)));
  }
  return Buffer.concat(pieces).toString('utf8');
}

function folderOf(updateId: number, attempt: number): string {
  return `output/${updateId}/${attempt}`;
}
