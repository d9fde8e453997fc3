import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { BlobExists, type BlobStore, BlobTooLarge, type StoredBlob } from './blob-store.ts';

/** Blobs as files below a folder. A blob is written beside its place, brought to disk, and only then given its name. */
export function createDiskStore(folder: string): BlobStore {
  const arriving = join(folder, 'arriving');
  const fileOf = (key: string) => join(folder, 'kept', ...partsOf(key));

  return {
    put: async (key, bytes, maxBytes) => {
      const file = fileOf(key);
      await mkdir(arriving, { recursive: true, mode: 0o700 });
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const temporary = join(arriving, randomUUID());
      try {
        const stored = await writeDurably(temporary, bytes, maxBytes);
        await giveName(temporary, file);
        return stored;
      } finally {
        await rm(temporary, { force: true });
      }
    },

    get: async (key, range) => {
      const handle = await open(fileOf(key)).catch(nullWhereMissing);
      return handle?.createReadStream(range) ?? null;
    },

    list: async (prefix) => {
      const parts = partsOf(prefix);
      const found = await readdir(join(folder, 'kept', ...parts), { recursive: true, withFileTypes: true }).catch(
        nullWhereMissing,
      );
      const root = join(folder, 'kept') + sep;
      return (found ?? [])
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length).split(sep).join('/'))
        .sort();
    },

    remove: async (key) => rm(fileOf(key), { force: true }),

    removeFolder: async (prefix) => rm(fileOf(prefix), { force: true, recursive: true }),
  };
}

/** Writes a stream to a new file, hashing it on its way, and brings it to disk. */
async function writeDurably(file: string, bytes: Readable, maxBytes: number): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(file, 'wx', 0o600);
  try {
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > maxBytes) throw new BlobTooLarge(`The blob has more than ${maxBytes} bytes`);
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), size };
}

/** A link fails where the name is taken; a rename would put the new file in the place of the old one. */
async function giveName(temporary: string, file: string): Promise<void> {
  await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new BlobExists('There is a blob of this key already') : error;
  });
  const parent = await open(dirname(file));
  await parent.sync().finally(() => parent.close());
}

function partsOf(key: string): string[] {
  const parts = key.split('/').filter((part) => part !== '');
  if (parts.some((part) => part === '.' || part === '..' || part.includes('\0'))) {
    throw new RangeError(`${key} is no key of a blob`);
  }
  return parts;
}

function nullWhereMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
