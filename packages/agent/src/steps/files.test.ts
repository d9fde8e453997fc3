import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Step } from '@tideway/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepDisksFree } from '../system/disk.ts';
import { type TarEntry, tarOf, withEntryType, zipOf, zstdOf } from '../testing/archives.ts';
import { StepPlace } from '../testing/step-context.ts';
import { treeOf } from '../testing/tree.ts';
import { downloadArtifactStep } from './download-artifact.ts';
import { filesStep } from './files.ts';
import type { StepOf } from './step.ts';

let place: StepPlace;
beforeEach(() => {
  place = new StepPlace();
});
afterEach(() => {
  keepDisksFree(() => 0);
  place.remove();
});

describe('an artifact that is put at a path', () => {
  beforeEach(() => place.addArtifact('app/1.0.0/app.conf', 'new'));

  it('is the file that the path names, with the folders above it', async () => {
    await run({ path: '/etc/app/settings.conf' });
    expect(treeOf(place.root)).toEqual({
      etc: folder(0o755),
      'etc/app': folder(0o755),
      'etc/app/settings.conf': file('new'),
    });
  });

  it('goes into a folder under its own name where the path ends in a slash or is a folder', async () => {
    await run({ path: '/etc/app/' });
    expect(read('etc/app/app.conf')).toBe('new');
    mkdirSync(path.join(place.root, 'opt'));
    await run({ path: '/opt' });
    expect(read('opt/app.conf')).toBe('new');
  });

  it('goes into a folder with the others where there are several', async () => {
    place.addArtifact('other', 'more');
    await run({ path: '/etc/app', artifacts: ['app/1.0.0/app.conf', 'other'] });
    expect(read('etc/app/app.conf')).toBe('new');
    expect(read('etc/app/other')).toBe('more');
  });

  it('has the mode that is asked for, whatever was there', async () => {
    place.write('bin/app', 'old');
    await run({ path: '/bin/app', mode: '0755' });
    expect(treeOf(place.root)['bin/app']).toBe(file('new', 0o755));
    await expect(run({ path: '/bin/app', mode: '0999' })).rejects.toMatchObject({ reason: 'invalid_value' });
  });

  it('has the mode of the file that it replaces where none is asked for, without special bits', async () => {
    for (const [name, mode] of Object.entries({ key: 0o600, tool: 0o755, special: 0o4755 })) {
      place.write(`opt/${name}`, 'old');
      chmodSync(path.join(place.root, 'opt', name), mode);
      await run({ path: `/opt/${name}` });
    }
    symlinkSync('tool', path.join(place.root, 'opt/link'));
    await run({ path: '/opt/link' });
    expect(treeOf(path.join(place.root, 'opt'))).toEqual({
      key: file('new', 0o600),
      link: file('new'),
      special: file('new', 0o755),
      tool: file('new', 0o755),
    });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'has the owner of the file that it replaces where none is asked for (as root)',
    async () => {
      place.write('opt/a', 'old');
      chownSync(path.join(place.root, 'opt/a'), 1234, 1235);
      await run({ path: '/opt/a', mode: '4755' });
      expect([ownerOf('opt/a'), treeOf(place.root)['opt/a']]).toEqual(['1234:1235', 'file 1234:1235 4755: new']);
      await run({ path: '/opt/a', owner: '77:78' });
      expect(ownerOf('opt/a')).toBe('77:78');
    },
  );

  it.skipIf(process.getuid?.() !== 0)(
    'has the owner that is asked for, by the accounts below the root (as root)',
    async () => {
      place.write('etc/passwd', 'app:x:1234:1235::/:/bin/sh\n');
      place.write('etc/group', 'web:x:1236:\n');
      await run({ path: '/opt/a', owner: 'app' });
      await run({ path: '/opt/b', owner: 'app:web' });
      await run({ path: '/opt/c/', owner: '77:78', artifacts: ['app/1.0.0/app.conf'] });
      expect(['opt', 'opt/a', 'opt/b', 'opt/c', 'opt/c/app.conf'].map(ownerOf)).toEqual([
        '0:0',
        '1234:1235',
        '1234:1236',
        '0:0',
        '77:78',
      ]);
      place.addArtifact('tar', await tarOf([{ name: 'bin/x' }, { name: 'l', type: 'symlink', linkname: 'bin' }]));
      await run({ path: '/srv/app', owner: 'app:web', artifacts: ['tar'], extract: true });
      expect(['srv', 'srv/app', 'srv/app/bin', 'srv/app/bin/x', 'srv/app/l'].map(ownerOf)).toEqual([
        '0:0',
        ...Array(4).fill('1234:1236'),
      ]);
    },
  );

  it('is refused where the owner is not known, before anything is changed', async () => {
    await expect(run({ path: '/opt/a', owner: 'nobody-like-this' })).rejects.toMatchObject({
      reason: 'unknown_owner',
      message: 'There is no user nobody-like-this on this device.',
    });
    expect(treeOf(place.root)).toEqual({});
  });

  it('follows links to folders as a process below the root does, and never out of it', async () => {
    mkdirSync(path.join(place.root, 'run'));
    mkdirSync(path.join(place.root, 'var'));
    symlinkSync('/run', path.join(place.root, 'var/run'));
    symlinkSync('../../../../../..', path.join(place.root, 'var/out'));
    await run({ path: '/var/run/app.pid' });
    await run({ path: '/var/out/escaped' });
    expect(read('run/app.pid')).toBe('new');
    expect(read('escaped')).toBe('new');
  });

  it('takes the place of a link, and leaves alone what it led to', async () => {
    place.write('etc/real', 'old');
    symlinkSync('real', path.join(place.root, 'etc/app.conf'));
    await run({ path: '/etc/app.conf' });
    expect(lstatSync(path.join(place.root, 'etc/app.conf')).isFile()).toBe(true);
    expect(read('etc/real')).toBe('old');
  });

  it('is refused where a file is in the way of a folder, or a pipe in the way of a file', async () => {
    place.write('opt/app', 'file');
    execFileSync('mkfifo', [path.join(place.root, 'opt/pipe')]);
    const before = names();
    await expect(run({ path: '/opt/app/x' })).rejects.toMatchObject({ reason: 'path_conflict' });
    await expect(run({ path: '/opt/pipe' })).rejects.toMatchObject({ reason: 'path_conflict' });
    expect(names()).toEqual(before);
  });

  it('is refused with the numbers where the disk has no room for it', async () => {
    const { fetchArtifact } = place.context();
    const context = place.context({
      fetchArtifact: async (name) => ({ ...(await fetchArtifact(name)), size: 2 ** 60 }),
    });
    await expect(filesStep.run(step({ path: '/opt/a' }), context)).rejects.toMatchObject({
      reason: 'no_room',
      message: expect.stringMatching(/^Placing the files needs 1152921504\.6 GB, but only [\d.]+ GB are free in \//),
    });
    expect(treeOf(place.root)).toEqual({});
  });

  it('leaves on the disk what is to stay free, also of what it unpacks', async () => {
    keepDisksFree(() => 2 ** 60);
    await expect(run({ path: '/opt/a' })).rejects.toMatchObject({
      reason: 'no_room',
      message: expect.stringMatching(
        /^Placing the files needs 3 bytes, and 1152921504\.6 GB are to stay free, but only /,
      ),
    });
    await expect(extract([{ name: 'x', body: 'new' }])).rejects.toMatchObject({
      reason: 'no_room',
      message: 'It needs more than the 0 bytes that may be used.',
    });
    expect(treeOf(place.root)).toEqual({});
  });

  it('may come from a registry', async () => {
    const asked: unknown[] = [];
    const context = place.context();
    const { artifacts } = step({}).with;
    const other = {
      ...step({}),
      with: { ...step({}).with, artifacts: artifacts.map((one) => ({ ...one, registry: 'edge' })) },
    };
    await filesStep.run(other, {
      ...context,
      fetchArtifact: async (name, registry) => {
        asked.push([name, registry]);
        return context.fetchArtifact(name);
      },
    });
    expect(asked).toEqual(artifacts.map(({ artifact }) => [artifact, 'edge']));
  });

  it('can be asked for by the name of the simple case, and put back', async () => {
    const { env, timeout_s, retry, uninterruptible, repeatable, on_failure, name } = step({});
    const base = { env, timeout_s, retry, uninterruptible, repeatable, on_failure, name };
    const reference = { artifact: 'app/1.0.0/app.conf', registry: null, sha256: null };
    const simple = { ...base, uses: 'download-artifact' as const, with: { ...reference, path: '/opt/' } };
    await downloadArtifactStep.run(simple, place.context());
    expect(read('opt/app.conf')).toBe('new');
    await downloadArtifactStep.undo?.(simple, place.context());
    expect(treeOf(place.root)).toEqual({});
  });
});

describe('a step that is undone', () => {
  it('counts as not undone where what it kept is gone', async () => {
    place.addArtifact('app/1.0.0/app.conf', 'new');
    place.write('etc/app.conf', 'old');
    await run({ path: '/etc/app.conf' });
    const { keepFolder } = place.context();
    rmSync(keepFolder, { recursive: true });
    mkdirSync(keepFolder);
    await expect(undo()).rejects.toMatchObject({
      reason: 'undo_incomplete',
      message: `${keepFolder}/previous, in which the step keeps what was there before, is gone: what it has put in place stays as it is.`,
    });
    expect(read('etc/app.conf')).toBe('new');
  });

  it('says nothing where it never came to placing', async () => {
    await expect(run({ artifacts: ['missing'] })).rejects.toThrow();
    await undo();
    expect(treeOf(place.root)).toEqual({});
  });
});

describe('an archive that is unpacked at a path', () => {
  it('is put over what is there, file by file, and keeps everything else', async () => {
    place.write('opt/app/bin/app', 'old');
    place.write('opt/app/data/kept', 'kept');
    chmodSync(path.join(place.root, 'opt/app'), 0o750);
    await extract([
      { name: './', type: 'directory', mode: 0o700 },
      { name: './bin/app', mode: 0o4755, body: 'new' },
      { name: './closed', type: 'directory', mode: 0o500 },
      { name: './closed/key', mode: 0o400, body: 'key' },
      { name: './current', type: 'symlink', linkname: 'bin/app' },
      { name: './same', type: 'link', linkname: './bin/app' },
    ]);
    expect(treeOf(path.join(place.root, 'opt'))).toEqual({
      app: folder(0o750),
      'app/bin': folder(0o755),
      'app/bin/app': file('new', 0o755),
      'app/closed': folder(0o500),
      'app/closed/key': file('key', 0o400),
      'app/current': expect.stringMatching(/ to bin\/app$/),
      'app/data': folder(0o755),
      'app/data/kept': file('kept'),
      'app/same': file('new', 0o755),
    });
    chmodSync(path.join(place.root, 'opt/app/closed'), 0o700);
    expect(inodeOf('opt/app/same')).toBe(inodeOf('opt/app/bin/app'));
  });

  it('may be unpacked over the root itself, and through links that stay in the target', async () => {
    mkdirSync(path.join(place.root, 'usr/lib'), { recursive: true });
    symlinkSync('usr/lib', path.join(place.root, 'lib'));
    await extract([{ name: 'lib/libapp.so', body: 'new' }], '/');
    expect(read('usr/lib/libapp.so')).toBe('new');
    expect(lstatSync(path.join(place.root, 'lib')).isSymbolicLink()).toBe(true);
  });

  it('has its folders and modes whatever the order of its entries, where nothing of it is there yet', async () => {
    await extract([
      { name: 'b/', type: 'directory', mode: 0o500 },
      { name: 'a/deep/one', body: '1' },
      { name: 'b/two', body: '2' },
      { name: 'top', body: '3' },
      { name: 'a/deep/', type: 'directory', mode: 0o711 },
      { name: 'a/four', body: '4' },
    ]);
    expect(treeOf(path.join(place.root, 'opt/app'))).toEqual({
      a: folder(0o755),
      'a/deep': folder(0o711),
      'a/deep/one': file('1'),
      'a/four': file('4'),
      b: folder(0o500),
      'b/two': file('2'),
      top: file('3'),
    });
    chmodSync(path.join(place.root, 'opt/app/b'), 0o700);
  });

  it('gives all its files the mode that is asked for', async () => {
    place.addArtifact('app', await tarOf([{ name: 'a/b', mode: 0o777 }]));
    await run({ path: '/opt', artifacts: ['app'], extract: true, mode: '0600' });
    expect(treeOf(place.root)).toEqual({ opt: folder(0o755), 'opt/a': folder(0o755), 'opt/a/b': file('', 0o600) });
  });

  it('leaves nothing behind where it is called off', async () => {
    place.addArtifact('app', await tarOf([{ name: 'a', body: 'x'.repeat(1e6) }]));
    const reason = new Error('stopped');
    const context = place.context({ signal: AbortSignal.abort(reason) });
    const asked = step({ path: '/opt', artifacts: ['app'], extract: true });
    await expect(filesStep.run(asked, context)).rejects.toBe(reason);
    expect(treeOf(place.root)).toEqual({});
  });
});

const outside = '/tmp/tideway-outside';
const evilTars: [what: string, entries: TarEntry[]][] = [
  ['a name with ".."', [{ name: '../evil' }]],
  ['a name with ".." in its middle', [{ name: 'a/../../evil' }]],
  ['an absolute name', [{ name: `${outside}/evil` }]],
  ['a NUL in a name', [{ name: 'x', pax: { path: 'a\0b' } }]],
  ['an absolute link', [{ name: 'l', type: 'symlink', linkname: '/etc/shadow' }]],
  ['a link out', [{ name: 'l', type: 'symlink', linkname: '../outside' }]],
  [
    'a link that climbs behind another',
    [
      { name: 'd/up', type: 'symlink', linkname: '..' },
      { name: 'out', type: 'symlink', linkname: 'd/up/../..' },
    ],
  ],
  ['a file through a link', [{ name: 'l', type: 'symlink', linkname: 'real' }, { name: 'l/evil' }]],
  [
    'a folder in the place of a link',
    [
      { name: 'l', type: 'symlink', linkname: 'd' },
      { name: 'l', type: 'directory' },
    ],
  ],
  ['an absolute hard link', [{ name: 'h', type: 'link', linkname: '/etc/passwd' }]],
  ['a hard link out', [{ name: 'h', type: 'link', linkname: '../outside/secret' }]],
  ['a hard link to what is only on the device', [{ name: 'h', type: 'link', linkname: 'data/kept' }]],
  [
    'a hard link to a link',
    [
      { name: 'l', type: 'symlink', linkname: 'x' },
      { name: 'h', type: 'link', linkname: 'l' },
    ],
  ],
  ['a character device', [{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }]],
  ['a block device', [{ name: 'disk', type: 'block-device', devmajor: 8 }]],
  ['a pipe', [{ name: 'pipe', type: 'fifo' }]],
  ['a sparse file of newer GNU tar', [{ name: 'GNUSparseFile.0/x', pax: { 'GNU.sparse.major': '1' } }]],
  ['the same file twice', [{ name: 'same' }, { name: './same' }]],
  ['a file below a file', [{ name: 'x' }, { name: 'x/y' }]],
];

describe('an archive with something evil behind something good', () => {
  beforeEach(() => {
    place.write('opt/app/data/kept', 'kept');
    place.write('opt/app/ok', 'old');
  });

  it.each(evilTars)('is refused by name and changes nothing, compressed or not: %s', async (_what, evil) => {
    const tar = await tarOf([{ name: 'ok', body: 'new' }, ...evil]);
    for (const bytes of [tar, gzipSync(tar), zstdOf(tar)]) await expectRefused(bytes);
  });

  it('is refused by name and changes nothing: types that GNU tar made up', async () => {
    for (const type of ['S', 'M', 'V', '9']) {
      await expectRefused(withEntryType(await tarOf([{ name: 'odd' }]), type));
    }
  });

  it.each([
    ['a name with ".."', { name: '../evil' }],
    ['an absolute name', { name: `${outside}/evil` }],
    ['a name with ".." in its middle', { name: 'a/../../evil' }],
    ['a NUL in a name', { name: 'a\0b' }],
    ['an absolute link', { name: 'l', mode: 0o120777, body: '/etc/shadow' }],
    ['a link that climbs behind a name', { name: 'd/l', mode: 0o120777, body: 'up/../..' }],
    ['a link without a target', { name: 'l', mode: 0o120777 }],
    ['a character device', { name: 'null', mode: 0o020666 }],
    ['a block device', { name: 'disk', mode: 0o060660 }],
    ['a socket', { name: 's', mode: 0o140666 }],
    ['the same file twice', { name: './ok' }],
    ['a file below a file', { name: 'ok/y' }],
    ['a backslash', { name: 'a\\..\\..\\evil' }],
    ['a link out', { name: 'l', mode: 0o120777, body: '../outside' }],
    ['a pipe', { name: 'p', mode: 0o010644 }],
    ['a size that is not true', { name: 'x', body: 'x', claimedSize: 4_000_000 }],
  ])('is refused by name and changes nothing: zip with %s', async (_what, evil) => {
    await expectRefused(zipOf([{ name: 'ok', body: 'new' }, evil]));
  });

  async function expectRefused(bytes: Buffer): Promise<void> {
    place.addArtifact('evil', bytes);
    const before = treeOf(place.folder);
    const asked = step({ path: '/opt/app', artifacts: ['evil'], extract: true });
    await expect(filesStep.run(asked, place.context())).rejects.toMatchObject({ reason: 'archive_refused' });
    expect(treeOf(place.root)).toEqual(treeBelow(before, 'root/'));
    expect(names().filter((name) => name.includes('.tideway'))).toEqual([]);
  }
});

describe('a device whose folders are not as the archive has them', () => {
  it('keeps a folder where the archive has a file, a file where it has a folder', async () => {
    place.write('opt/app/x/y', 'old');
    place.write('opt/app/z', 'old');
    const before = treeOf(place.root);
    await expect(extract([{ name: 'new' }, { name: 'x' }])).rejects.toMatchObject({ reason: 'path_conflict' });
    await expect(extract([{ name: 'new' }, { name: 'z/file' }])).rejects.toMatchObject({ reason: 'path_conflict' });
    expect(treeOf(place.root)).toEqual(before);
  });

  it('is not written to through a link that leads out of the target', async () => {
    place.write('var/data/file', 'old');
    mkdirSync(path.join(place.root, 'opt/app'), { recursive: true });
    symlinkSync('/var/data', path.join(place.root, 'opt/app/data'));
    await expect(extract([{ name: 'data/file' }])).rejects.toMatchObject({
      reason: 'path_conflict',
      message: expect.stringContaining('leads out of'),
    });
    expect(read('var/data/file')).toBe('old');
  });
});

type Asked = { path?: string; artifacts?: string[]; mode?: string; owner?: string; extract?: boolean };

function step({ path: where = '/opt/x', artifacts = ['app/1.0.0/app.conf'], ...others }: Asked): StepOf<'files'> {
  return {
    ...base,
    uses: 'files',
    name: 'Files',
    with: {
      artifacts: artifacts.map((artifact) => ({ artifact, registry: null, sha256: null })),
      path: where,
      mode: others.mode ?? null,
      owner: others.owner ?? null,
      extract: others.extract ?? false,
    },
  };
}

const base: Pick<Step, 'env' | 'timeout_s' | 'retry' | 'uninterruptible' | 'repeatable' | 'on_failure'> = {
  env: {},
  timeout_s: 60,
  retry: { attempts: 1, delay_s: 0 },
  uninterruptible: false,
  repeatable: false,
  on_failure: { ignore: false, revert_all_files: true, trigger: 'this_step_failure', run_rollback: true },
};

async function run(asked: Asked): Promise<void> {
  await filesStep.run(step(asked), place.context());
}

async function undo(): Promise<void> {
  await filesStep.undo?.(step({}), place.context());
}

async function extract(entries: TarEntry[], where = '/opt/app'): Promise<void> {
  place.addArtifact('archive', await tarOf(entries));
  await run({ path: where, artifacts: ['archive'], extract: true });
}

const me = () => `${process.getuid?.()}:${process.getgid?.()}`;
const folder = (mode: number) => `folder ${me()} ${mode.toString(8)}`;
const file = (text: string, mode = 0o644) => `file ${me()} ${mode.toString(8)}: ${text}`;
const read = (name: string) => readFileSync(path.join(place.root, name), 'utf8');
const names = () => execFileSync('find', [place.root], { encoding: 'utf8' }).split('\n').sort();
const inodeOf = (name: string) => statSync(path.join(place.root, name)).ino;

function ownerOf(name: string): string {
  const { uid, gid } = lstatSync(path.join(place.root, name));
  return `${uid}:${gid}`;
}

function treeBelow(tree: Record<string, string>, prefix: string): Record<string, string> {
  const below = Object.entries(tree).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(below.map(([name, what]) => [name.slice(prefix.length), what]));
}
