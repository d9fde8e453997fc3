import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tarOf, zipOf, zstdOf, zstdZeros } from '../testing/archives.ts';
import { treeOf } from '../testing/tree.ts';
import { TreeWriter } from './tree-writer.ts';
import { unpackArchive } from './unpack-archive.ts';

let folder: string;
let tree: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-unpack-'));
  tree = path.join(folder, 'tree');
  mkdirSync(tree);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Format = [name: string, archiveOf: (entries: { name: string; body: string }[]) => Promise<Buffer>];
const formats: Format[] = [
  ['tar', (entries) => tarOf(entries)],
  ['tar.gz', async (entries) => gzipSync(await tarOf(entries))],
  ['tar.zst', async (entries) => zstdOf(await tarOf(entries))],
  ['zip', async (entries) => zipOf(entries.map((entry) => ({ ...entry, isDeflated: true })))],
];

describe('an archive', () => {
  it('is known by its content: tar, tar.gz, tar.zst and zip', async () => {
    const tar = await tarOf([{ name: 'bin/app', mode: 0o755, body: 'hello' }]);
    const zip = zipOf([{ name: 'bin/app', mode: 0o100755, body: 'hello' }]);
    for (const bytes of [tar, gzipSync(tar), zstdOf(tar), zip]) {
      rmSync(tree, { recursive: true });
      mkdirSync(tree);
      const writer = await unpack(bytes);
      expect(readFileSync(path.join(tree, 'bin/app'), 'utf8')).toBe('hello');
      expect([...writer.entries]).toEqual([
        ['bin', { kind: 'folder', mode: 0o755 }],
        ['bin/app', { kind: 'file', mode: 0o755 }],
      ]);
    }
  });

  it('of real compressors is read: several gzip members and zstd frames one after the other', async () => {
    const tar = await tarOf([{ name: 'random', body: noise(300_000) }]);
    const [one, two] = [tar.subarray(0, 100_000), tar.subarray(100_000)];
    await unpack(Buffer.concat([gzipSync(one), gzipSync(two)]));
    expect(readFileSync(path.join(tree, 'random')).equals(noise(300_000))).toBe(true);
    rmSync(path.join(tree, 'random'));
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
    await unpack(Buffer.concat([skippable, zstdOf(one), zstdOf(two)]));
    expect(readFileSync(path.join(tree, 'random')).equals(noise(300_000))).toBe(true);
    await unpack(Buffer.from(compressedByZstd, 'base64'));
    expect(readFileSync(path.join(tree, 'numbers'), 'utf8')).toMatch(/^1\n2\n3\n(\d+\n){36}40\n$/);
  });

  it('of GNU tar with long names, links and hard links is unpacked as tar itself does', async () => {
    const source = path.join(folder, 'source');
    const long = `${'d'.repeat(120)}/${'é文'.repeat(30)}`;
    mkdirSync(path.join(source, path.dirname(long)), { recursive: true });
    writeFileSync(path.join(source, long), 'deep');
    await promisify(execFile)('sh', ['-c', 'ln -s numbers now; seq 1 9 > numbers; ln numbers same; mkdir empty'], {
      cwd: source,
    });
    for (const format of ['gnu', 'pax']) {
      const file = path.join(folder, `${format}.tar`);
      await promisify(execFile)('tar', [`--format=${format}`, '-cf', file, '-C', source, '.']);
      rmSync(tree, { recursive: true });
      mkdirSync(tree);
      await unpackArchive({ file, name: format }, new TreeWriter(tree, 1e9), new AbortController().signal);
      const ofFolders = ([, what]: [string, string]) => !what.startsWith('folder');
      expect(Object.entries(treeOf(tree)).filter(ofFolders)).toEqual(Object.entries(treeOf(source)).filter(ofFolders));
      expect(Object.keys(treeOf(tree))).toEqual(Object.keys(treeOf(source)));
    }
  });

  it('that needs more room than there is fails with the numbers, however small it looks', async () => {
    const bomb = zstdOf(await tarOf([{ name: 'zeros', body: Buffer.alloc(300_000) }]));
    await expect(unpack(bomb, 100_000)).rejects.toMatchObject({
      reason: 'no_room',
      message: 'It needs more than the 100.0 kB that may be used.',
    });
    const manyEmpty = await tarOf(Array.from({ length: 100 }, (_, index) => ({ name: `${index}` })));
    await expect(unpack(manyEmpty, 100_000)).rejects.toMatchObject({ reason: 'no_room' });
  });

  it.each(formats)('that is a bomb is left off at the room there is: %s', async (_format, archiveOf) => {
    const bomb = await archiveOf([{ name: 'zeros', body: Buffer.alloc(20_000_000).toString() }]);
    await expect(unpack(bomb, 1_000_000)).rejects.toMatchObject({ reason: 'no_room' });
    const written = readdirSync(tree).reduce((sum, name) => sum + statSync(path.join(tree, name)).size, 0);
    expect(written).toBeLessThanOrEqual(1_000_000);
  });

  it.each(formats)('of ten thousand small files is unpacked whole: %s', async (_format, archiveOf) => {
    const names = Array.from({ length: 10_000 }, (_, index) => `d${index % 100}/f${index}`);
    const writer = await unpack(await archiveOf(names.map((name) => ({ name, body: name }))));
    expect(writer.entries.size).toBe(10_100);
    expect(names.filter((name) => readFileSync(path.join(tree, name), 'utf8') !== name)).toEqual([]);
  });

  it('lets others have their turn while a bomb of zeros is read', async () => {
    // A tar header that announces eight gigabytes, of which half a gigabyte of zeros come in a few kilobytes.
    const header = (await tarOf([{ name: 'zeros', size: 0 }])).subarray(0, 512);
    const bomb = Buffer.concat([zstdOf(withSize(header, 8 * 2 ** 30 - 1)), zstdZeros(4096)]);
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await expect(unpack(bomb, 200e6)).rejects.toMatchObject({ reason: 'no_room' });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  it('is left off when the signal says so', async () => {
    const tar = await tarOf([{ name: 'random', body: noise(3_000_000) }]);
    const reason = new Error('stopped');
    await expect(unpack(gzipSync(tar), 1e9, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it.each([
    ['truncated', async () => gzipSync(await tarOf([{ name: 'a', body: noise(100_000) }])).subarray(0, 50_000)],
    ['a truncated zstd', async () => zstdOf(await tarOf([{ name: 'a', body: noise(100_000) }])).subarray(0, 50_000)],
    ['a truncated tar', async () => (await tarOf([{ name: 'a', body: noise(100_000) }])).subarray(0, 50_000)],
    ['a truncated zip', async () => zipOf([{ name: 'a', body: 'x'.repeat(1000) }]).subarray(0, 900)],
    ['damaged in its header', async () => damaged(await tarOf([{ name: 'a' }]), 10)],
    ['no archive', async () => Buffer.from('hello '.repeat(500))],
    ['no tar in its gzip', async () => gzipSync('hello '.repeat(500))],
    ['empty', async () => Buffer.alloc(0)],
    ['without entries', async () => gzipSync(await tarOf([]))],
    ['a zip without entries', async () => zipOf([])],
    ['followed by other bytes', async () => Buffer.concat([zstdOf(await tarOf([{ name: 'a' }])), Buffer.alloc(99, 7)])],
    ['compressed with a huge window', async () => zstdZeros(1, 27)],
    ['two frames, the second with a huge window', async () => Buffer.concat([zstdZeros(1), zstdZeros(1, 27)])],
  ])('is refused where it is %s', async (_what, bytesOf) => {
    await expect(unpack(await bytesOf())).rejects.toMatchObject({
      reason: 'archive_refused',
      message: expect.stringMatching(/^The archive app is refused: .+\. Nothing was changed\.$/),
    });
  });
});

async function unpack(bytes: Buffer, room = 1e9, signal = new AbortController().signal): Promise<TreeWriter> {
  const file = path.join(folder, 'archive');
  writeFileSync(file, bytes);
  const writer = new TreeWriter(tree, room);
  await unpackArchive({ file, name: 'app' }, writer, signal);
  return writer;
}

/** Bytes that no compressor makes smaller, the same each time. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state & 255;
    }),
  );
}

function damaged(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = 0xff;
  return changed;
}

function withSize(header: Buffer, size: number): Buffer {
  const changed = Buffer.from(header);
  changed.write(size.toString(8).padStart(11, '0'), 124, 'latin1');
  changed.fill(' ', 148, 156);
  const sum = changed.reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}

/** A tar archive with the numbers from 1 to 40, as `zstd -19` has compressed it. */
const compressedByZstd =
  'KLUv/WQAJw0EANIJGBSgKR2dr305ADA2QgjZe9v2F9a5A7XlAZ5whB/c4Ikjfnhxw4M73eg+t7nzxvvu3nYHPXXUTzc9O/br7daD0+izOcfvlnIciFkhgpIsVQbUaV6trJCpWWUeqwQhhmIxAgsgIDUyDnBjwQeJUwEOAgMODP8/E7YSAYMCLCceBwmRlQU=';
