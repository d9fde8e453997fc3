import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerUnreachable } from '../channel/server-door.ts';
import { freeBytes, makeRoom, whenDiskIsLow } from '../system/disk.ts';
import { ArtifactCache } from './artifact-cache.ts';
import { createArtifactFetcher } from './artifact-fetcher.ts';
import type { ArtifactStream } from './resumable-download.ts';

let folder: string;
let fetched: string[];
let output: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-cache-'));
  [fetched, output] = [[], ''];
});
afterEach(() => {
  whenDiskIsLow(null);
  rmSync(folder, { recursive: true, force: true });
});

const size = 40_960;
const names = ['one', 'two', 'three', 'four'] as const;
type Name = (typeof names)[number];
const bytesOf = (name: Name) => Buffer.alloc(size, name);
const artifactOf = (name: Name) => {
  const sha256 = createHash('sha256').update(bytesOf(name)).digest('hex');
  return { path: `${name}.tar`, sha256, size };
};

describe('the cache of artifacts', () => {
  it('spares later updates the fetching, whatever path the artifact has there', async () => {
    const cache = makeCache();
    await fetchAll(cache, 'first', ['one']);
    rmSync(path.join(folder, 'first'), { recursive: true });
    const [again] = await fetchAll(cache, 'second', ['one']);
    expect(readFileSync(again?.file ?? '').equals(bytesOf('one'))).toBe(true);
    expect(fetched).toEqual(['one.tar']);
    expect(output).toContain('Taking one.tar (41.0 kB) from the cache.');
  });

  it('takes no room beside the update that uses the same', async () => {
    const [{ file } = { file: '' }] = await fetchAll(makeCache(), 'first', ['one']);
    expect(statSync(file).nlink).toBe(2);
  });

  it.each([
    ['changed', (file: string) => writeFileSync(file, Buffer.alloc(size))],
    ['cut off', (file: string) => writeFileSync(file, 'short')],
    ['emptied', (file: string) => writeFileSync(file, '')],
  ])('notices a file that was %s, and has it fetched anew', async (_what, damage) => {
    const cache = makeCache();
    await fetchAll(cache, 'first', ['one']);
    rmSync(path.join(folder, 'first'), { recursive: true });
    damage(cachedFile('one'));
    const [again] = await fetchAll(cache, 'second', ['one']);
    expect(readFileSync(again?.file ?? '').equals(bytesOf('one'))).toBe(true);
    expect(output).toContain('The copy of one.tar in the cache is damaged.');
    expect(fetched).toEqual(['one.tar', 'one.tar']);
    expect(readFileSync(cachedFile('one')).equals(bytesOf('one'))).toBe(true);
  });

  it('removes what was unused for the longest time where it is full, and nothing that an update uses', async () => {
    const cache = makeCache({ maxBytes: 2 * size });
    for (const [index, name] of (['one', 'two'] as const).entries()) {
      await fetchAll(cache, `update ${index}`, [name]);
      age(name, 3600 - index);
    }
    await fetchAll(cache, 'uses one', ['one']);
    const [three] = await fetchAll(cache, 'uses three', ['three']);
    expect(cached()).toEqual(['one', 'three']);
    age('three', 7200);
    await fetchAll(cache, 'uses four', ['four']);
    expect(cached()).toEqual(['one', 'four']);
    expect(existsSync(three?.file ?? '')).toBe(true);
  });

  it('keeps nothing where it may take nothing, and nothing larger than itself', async () => {
    for (const maxBytes of [0, size - 1]) {
      await fetchAll(makeCache({ maxBytes }), `${maxBytes}`, ['one']);
      expect(cached()).toEqual([]);
    }
  });

  it('is trimmed to a smaller size when the next update begins', async () => {
    await fetchAll(makeCache(), 'first', ['one', 'two']);
    makeCache({ maxBytes: size }).use([]);
    expect(cached()).toHaveLength(1);
  });

  it('keeps what has come of an artifact for the next update, and goes on there', async () => {
    const cache = makeCache({ maxBytes: 0 });
    const stopping = new AbortController();
    const half = { at: size / 2, happens: () => stopping.abort(new Error('out of time')) };
    await expect(fetchAll(cache, 'first', ['one'], { half, signal: stopping.signal })).rejects.toThrow('out of time');
    rmSync(path.join(folder, 'first'), { recursive: true, force: true });
    const [again] = await fetchAll(cache, 'second', ['one']);
    expect(fetched).toEqual(['one.tar', `one.tar from ${size / 2}`]);
    expect(readFileSync(again?.file ?? '').equals(bytesOf('one'))).toBe(true);
    expect(readdirSync(path.join(folder, 'cache'))).toEqual([]);
  });

  it('lets an update go on after a restart of the agent where it was, though the cache is full', async () => {
    const stopping = new AbortController();
    const half = { at: size / 2, happens: () => stopping.abort(new Error('stopped')) };
    const broken = fetchAll(makeCache(), 'first', ['one'], { half, signal: stopping.signal });
    await expect(broken).rejects.toThrow('stopped');
    await fetchAll(makeCache({ maxBytes: 0 }), 'first', ['one']);
    expect(fetched).toEqual(['one.tar', `one.tar from ${size / 2}`]);
  });

  it('forgets what has come of an artifact that no update needs any more, where there is no room', async () => {
    const cache = makeCache({ maxBytes: 0 });
    const stopping = new AbortController();
    const half = { at: size / 2, happens: () => stopping.abort(new Error('out of time')) };
    await expect(fetchAll(cache, 'first', ['one'], { half, signal: stopping.signal })).rejects.toThrow('out of time');
    await fetchAll(cache, 'second', ['two']);
    expect(readdirSync(path.join(folder, 'cache'))).toEqual([]);
  });
});

const disk = mkdtempSync(path.join(tmpdir(), 'tideway-small-disk-'));
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (canMount) execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

describe.runIf(canMount)('the cache on a disk that is full', () => {
  beforeEach(() => {
    rmSync(folder, { recursive: true });
    folder = path.join(disk, 'state');
    mkdirSync(folder);
  });

  it('gives way for who needs the room, as far as that helps', async () => {
    const cache = makeCache();
    whenDiskIsLow((where, bytes) => cache.giveWay(where, bytes));
    await fetchAll(cache, 'first', ['one', 'two']);
    rmSync(path.join(folder, 'first'), { recursive: true });
    await fetchAll(cache, 'second', ['three']);
    age('two', 3600);
    expect(makeRoom(folder, 1)).toBeGreaterThanOrEqual(size);
    expect(cached()).toEqual(['one', 'three']);
    makeRoom(folder, 1e9);
    expect(cached()).toEqual(['three']);
    makeRoom(tmpdir(), 1e9);
    expect(cached()).toEqual(['three']);
  });

  it('makes room for a download, which fails with the numbers where it would leave too little all the same', async () => {
    const cache = makeCache({ keptFree: () => freeBytes(folder) - size });
    whenDiskIsLow((where, bytes) => cache.giveWay(where, bytes));
    await fetchAll(cache, 'first', ['one']);
    rmSync(path.join(folder, 'first'), { recursive: true });
    const kept = freeBytes(folder) - 10_000;
    const options = { keptFree: () => kept };
    await fetchAll(cache, 'second', ['two'], options);
    expect(cached()).not.toContain('one');
    rmSync(path.join(folder, 'second'), { recursive: true });
    const tooMuch = { keptFree: () => 390_000 };
    await expect(fetchAll(cache, 'third', ['three'], tooMuch)).rejects.toMatchObject({
      reason: 'no_room',
      message: expect.stringMatching(
        /^The artifact three\.tar needs 41\.0 kB, and 390\.0 kB are to stay free, but only [\d.]+ kB are free in /,
      ),
    });
    expect(fetched).toEqual(['one.tar', 'two.tar']);
  });

  it('keeps nothing while less is free than is to stay free', async () => {
    await fetchAll(makeCache(), 'first', ['one', 'two']);
    rmSync(path.join(folder, 'first'), { recursive: true });
    makeCache({ keptFree: () => 1e9 }).use([]);
    expect(cached()).toEqual([]);
  });

  it('is told of as full where somebody else fills it during a download', async () => {
    const filler = path.join(disk, 'filler');
    const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k']);
    await expect(
      fetchAll(makeCache(), 'first', ['one'], { half: { at: size / 2, happens: fill, goesOn: true } }),
    ).rejects.toMatchObject({ reason: 'no_room', message: expect.stringMatching(/^The disk is full: /) });
    rmSync(filler);
    await fetchAll(makeCache(), 'first', ['one']);
    expect(fetched).toEqual(['one.tar', expect.stringMatching(/^one\.tar from \d+$/)]);
  });
});

function makeCache({
  maxBytes = 1e6,
  keptFree = () => 0,
}: {
  maxBytes?: number;
  keptFree?: () => number;
} = {}): ArtifactCache {
  return new ArtifactCache({ folder: path.join(folder, 'cache'), maxBytes, keepFree: keptFree });
}

type Half = { at: number; happens: () => void; goesOn?: boolean };
type Fetching = { half?: Half; signal?: AbortSignal; keptFree?: () => number };

/** Fetches artifacts for an update, as an agent does; `half` happens where half of one has come. */
async function fetchAll(cache: ArtifactCache, update: string, wanted: Name[], fetching: Fetching = {}) {
  const { half, signal = new AbortController().signal, keptFree = () => 0 } = fetching;
  const fetchArtifact = createArtifactFetcher({
    folder: path.join(folder, update),
    artifacts: wanted.map(artifactOf),
    cache,
    keepFree: keptFree,
    open: async ({ sha256 }, range) => {
      const name = names.find((one) => artifactOf(one).sha256 === sha256) ?? 'one';
      fetched.push(range ? `${name}.tar from ${range.from}` : `${name}.tar`);
      return streamOf(bytesOf(name), range?.from ?? 0, half);
    },
    signal,
    output: (text) => {
      output += text;
    },
  });
  const files = [];
  for (const name of wanted) files.push(await fetchArtifact(`${name}.tar`));
  return files;
}

function streamOf(bytes: Buffer, from: number, half: Half | undefined): ArtifactStream {
  const headers = new Headers({ etag: '"bytes"', 'content-length': String(bytes.length - from) });
  if (from > 0) headers.set('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
  async function* pieces() {
    yield bytes.subarray(from, half?.at);
    if (!half) return;
    half.happens();
    if (!half.goesOn) throw new ServerUnreachable('cut off');
    yield bytes.subarray(half.at);
  }
  const body = Object.assign(pieces(), { cancel: async () => undefined });
  return { status: from > 0 ? 206 : 200, headers, body };
}

const cachedFile = (name: Name) => path.join(folder, 'cache', artifactOf(name).sha256);
const cached = () => names.filter((name) => existsSync(cachedFile(name)));

function age(name: Name, seconds: number): void {
  const then = new Date(Date.now() - seconds * 1000);
  utimesSync(cachedFile(name), then, then);
}
