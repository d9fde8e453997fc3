import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobExists, type BlobStore, BlobTooLarge } from './blob-store.ts';
import { createDiskStore } from './disk-store.ts';

let folder: string;
let store: BlobStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tideway-blobs-'));
  store = createDiskStore(folder);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a blob store on disk', () => {
  it('says the SHA-256 and size of what it kept, and gives the bytes back, whole or in part', async () => {
    const stored = await store.put('a/b', Readable.from([Buffer.from('tide'), Buffer.from('way')]), 100);

    expect(stored).toEqual({ sha256: createHash('sha256').update('tideway').digest('hex'), size: 7 });
    expect(await contentOf('a/b')).toBe('tideway');
    expect(await contentOf('a/b', { start: 1, end: 3 })).toBe('ide');
  });

  it('keeps nothing of a stream that breaks off', async () => {
    const breaking = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw new Error('the line is dead');
      })(),
    );

    await expect(store.put('a/b', breaking, 100)).rejects.toThrow('the line is dead');
    expect(await store.get('a/b')).toBeNull();
    expect(readdirSync(join(folder, 'arriving'))).toEqual([]);
  });

  it('keeps nothing of a stream that is too long', async () => {
    await expect(store.put('a/b', Readable.from([Buffer.alloc(11)]), 10)).rejects.toThrow(BlobTooLarge);
    expect(await store.get('a/b')).toBeNull();
  });

  it('never writes over a blob', async () => {
    await store.put('a/b', Readable.from([Buffer.from('first')]), 100);

    await expect(store.put('a/b', Readable.from([Buffer.from('second')]), 100)).rejects.toThrow(BlobExists);
    expect(await contentOf('a/b')).toBe('first');
  });

  it('lists the keys below a folder in their order', async () => {
    for (const key of ['logs/2', 'logs/1', 'logs/10/x', 'logger/1']) await store.put(key, Readable.from([]), 1);

    expect(await store.list('logs')).toEqual(['logs/1', 'logs/10/x', 'logs/2']);
    expect(await store.list('nothing')).toEqual([]);
  });

  it('removes all that is below a folder, and nothing beside it', async () => {
    for (const key of ['logs/1/a', 'logs/1/b/c', 'logs/10/x']) await store.put(key, Readable.from([]), 1);
    await store.removeFolder('logs/1');
    await store.removeFolder('logs/never');

    expect(await store.list('logs')).toEqual(['logs/10/x']);
    expect(readdirSync(join(folder, 'kept', 'logs'))).toEqual(['10']);
  });

  it('refuses a key that leaves its folder', async () => {
    await expect(store.put('../outside', Readable.from([]), 1)).rejects.toThrow('is no key');
  });
});

async function contentOf(key: string, range?: { start: number; end: number }): Promise<string | null> {
  const stream = await store.get(key, range);
  return stream && text(stream);
}
