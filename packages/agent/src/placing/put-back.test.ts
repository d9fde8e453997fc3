import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TarEntry, tarOf } from '../testing/archives.ts';
import { StepPlace } from '../testing/step-context.ts';
import { treeOf } from '../testing/tree.ts';
import { placeArtifacts } from './place-artifacts.ts';
import { beginKeeping } from './previous-files.ts';
import { putBack } from './put-back.ts';

let place: StepPlace;
beforeEach(beginPlace);
afterEach(() => place.remove());

describe('putting back', () => {
  it('restores files, links, modes and times, and removes files and folders that were not there', async () => {
    furnish();
    const old = new Date('2020-01-02T03:04:05Z');
    const settings = path.join(place.root, 'opt/app/settings');
    chmodSync(settings, 0o4640);
    const before = treeOf(place.root);
    const changedAt = statSync(settings).mtimeMs;
    await unpack(release);
    expect(treeOf(place.root)).not.toEqual(before);
    await putBack(place.context());
    expect(treeOf(place.root)).toEqual(before);
    expect(statSync(settings).mtimeMs).toBe(changedAt);
    expect(old.getTime()).toBeLessThan(changedAt);
  });

  it.skipIf(process.getuid?.() !== 0)('restores owners, also over other ones (as root)', async () => {
    furnish();
    chownSync(path.join(place.root, 'opt/app/settings'), 1234, 1235);
    const before = treeOf(place.root);
    await unpack(release, '77:78');
    expect(treeOf(place.root)['opt/app/settings']).toContain('77:78');
    await putBack(place.context());
    expect(treeOf(place.root)).toEqual(before);
  });

  it('may be repeated, and does nothing where nothing was placed', async () => {
    furnish();
    const before = treeOf(place.root);
    await putBack(place.context());
    await unpack(release);
    await putBack(place.context());
    await putBack(place.context());
    expect(treeOf(place.root)).toEqual(before);
  });

  it('goes back to before the first of several runs', async () => {
    furnish();
    const before = treeOf(place.root);
    await unpack(release);
    await unpack([{ name: 'settings', body: 'third' }, { name: 'late/file' }]);
    await putBack(place.context());
    expect(treeOf(place.root)).toEqual(before);
  });

  it('keeps what others have put into a new folder, and says so', async () => {
    await unpack([{ name: 'bin/app' }]);
    place.write('opt/app/data/own', 'precious');
    await putBack(place.context());
    expect(Object.keys(treeOf(place.root))).toEqual(['opt', 'opt/app', 'opt/app/data', 'opt/app/data/own']);
    expect(place.output).toContain('opt/app stays: it holds what this step did not put there.');
  });

  it('restores the rest where something cannot be, and names it', async () => {
    furnish();
    const before = treeOf(place.root);
    await unpack(release);
    rmSync(path.join(place.root, 'opt/app/settings'));
    mkdirSync(path.join(place.root, 'opt/app/settings'));
    await expect(putBack(place.context())).rejects.toMatchObject({
      reason: 'undo_incomplete',
      message: expect.stringMatching(/^Not put back: \/.*opt\/app\/settings: a folder is there now, and stays\.$/),
    });
    expect(Object.keys(treeOf(place.root)).filter((name) => name.includes('.tideway'))).toEqual([]);
    rmSync(path.join(place.root, 'opt/app/settings'), { recursive: true });
    await putBack(place.context());
    expect(treeOf(place.root)).toEqual(before);
  });

  it('leaves nothing of its own behind and names the file that is where a folder was', async () => {
    furnish();
    await unpack(release);
    rmSync(path.join(place.root, 'opt/app'), { recursive: true });
    place.write('opt/app', 'a file');
    await expect(putBack(place.context())).rejects.toMatchObject({
      reason: 'undo_incomplete',
      message: expect.stringContaining('opt/app cannot be made a folder: a file is in the way'),
    });
    expect(Object.keys(treeOf(place.root))).toEqual(['opt', 'opt/app']);
  });

  it('restores what a file is also known as on the device', async () => {
    furnish();
    linkSync(path.join(place.root, 'opt/app/settings'), path.join(place.root, 'other-name'));
    await unpack(release);
    await putBack(place.context());
    const [one, other] = ['opt/app/settings', 'other-name'].map((name) => statSync(path.join(place.root, name)).ino);
    expect(one).toBe(other);
  });

  it('works across file systems, where nothing can be kept by a second name', async (test) => {
    const elsewhere = otherFileSystem(place.folder);
    if (elsewhere === null) return test.skip('this machine has no other file system to write to');
    const keepFolder = mkdtempSync(path.join(elsewhere, 'tideway-keep-'));
    try {
      furnish();
      const before = treeOf(place.root);
      await unpack(release, null, keepFolder);
      await putBack({ ...place.context(), keepFolder });
      await putBack({ ...place.context(), keepFolder });
      expect(treeOf(place.root)).toEqual(before);
    } finally {
      rmSync(keepFolder, { recursive: true });
    }
  });

  it('ignores half a line that a power cut has left, and goes on behind it', async () => {
    furnish();
    const before = treeOf(place.root);
    const { keepFolder } = place.context();
    writeFileSync(path.join(keepFolder, 'previous/manifest'), '{"was":"there","place":"/op');
    await unpack(release);
    await putBack(place.context());
    expect(treeOf(place.root)).toEqual(before);
  });
});

describe('a process that is killed while it places or puts back', () => {
  const bundle = mkdtempSync(path.join(tmpdir(), 'tideway-place-'));
  const program = path.join(bundle, 'place-in-child.mjs');
  beforeAll(async () => {
    await build({
      entryPoints: [path.join(import.meta.dirname, '../testing/place-in-child.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
  });
  afterAll(() => rmSync(bundle, { recursive: true }));

  it('leaves each file old or new, and what puts everything back as it was', async () => {
    const before = furnishWidely();
    const calls = { place: (await runInChild('place')).calls, put_back: (await runInChild('put_back')).calls };
    expect(treeOf(place.root)).toEqual(before);
    // Over a hundred is a run that is not killed.
    const percent = fc.noBias(fc.integer({ min: 0, max: 130 }));
    const cut = fc.record({ act: fc.constantFrom('place' as const, 'put_back' as const), percent });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 4 }), async (cuts) => {
        place.remove();
        await beginPlace();
        furnishWidely();
        for (const { act, percent } of cuts) {
          await runInChild(act, { diesAt: Math.ceil((calls[act] * percent) / 100) });
          expectOldOrNew(before);
        }
        await putBack(place.context());
        expect(treeOf(place.root)).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  it('can be run again to its end', async () => {
    const before = furnishWidely();
    const { calls } = await runInChild('place');
    await putBack(place.context());
    expect(await runInChild('place', { diesAt: Math.round(0.3 * calls) })).toBe(killed);
    // What is in place already is not done again: these may come to their end before their last call.
    for (const part of [0.6, 0.9]) await runInChild('place', { diesAt: Math.round(part * calls) });
    await placeArtifacts(await wideOrder(), place.context());
    const after = treeOf(place.root);
    expect(newOnes()).toBe(wide);
    expect(Object.keys(after).filter((name) => name.includes('.tideway'))).toEqual([]);
    await putBack(place.context());
    expect(treeOf(place.root)).toEqual(before);
  });

  it.each(['ENOSPC', 'EROFS'])(
    'can be put back where the disk said %s from any of its writes on',
    async (code) => {
      const before = furnishWidely();
      const { calls } = await runInChild('place');
      await putBack(place.context());
      for (let failsFrom = 1; failsFrom <= calls; failsFrom += Math.ceil(calls / 25)) {
        const { failure } = await runInChild('place', { failsFrom, code });
        // What comes after the last file is in its place may fail, and is done at the next start.
        if (failure === undefined) expect(newOnes()).toBe(wide);
        else expect(failure).toMatch(/ENOSPC|The disk is full|EROFS/);
        expectOldOrNew(before);
        // What was full then may be full still.
        if (code === 'ENOSPC')
          expect(await runInChild('put_back', { failsFrom: 1, code })).not.toHaveProperty('failure');
        else await putBack(place.context());
        expect(treeOf(place.root)).toEqual(before);
      }
    },
    120_000,
  );

  const wide = 60;
  const killed = { calls: 0 };

  function furnishWidely(): Record<string, string> {
    for (let index = 0; index < wide; index += 2) place.write(`opt/app/d${index % 7}/f${index}`, 'old');
    return treeOf(place.root);
  }

  function newOnes(): number {
    return Object.values(treeOf(place.root)).filter((what) => what.endsWith(': new')).length;
  }

  async function wideOrder() {
    const folders = (index: number) => (index % 2 === 0 ? index % 7 : index % 11);
    const names = Array.from({ length: wide }, (_, index) => ({ name: `d${folders(index)}/f${index}`, body: 'new' }));
    place.addArtifact('wide', await tarOf(names));
    const artifacts = [await place.context().fetchArtifact('wide')];
    return { artifacts, path: '/opt/app', mode: null, owner: null, extract: true };
  }

  /** How many calls the child made, and what it failed of; or `killed` where it died at the given one. */
  async function runInChild(act: 'place' | 'put_back', fate: Fate = {}): Promise<{ calls: number; failure?: string }> {
    const { root, keepFolder } = place.context();
    const task = path.join(place.folder, 'task');
    writeFileSync(task, JSON.stringify({ act, order: await wideOrder(), root, keepFolder, ...fate }));
    const child = fork(program, [task]);
    const counted = once(child, 'message');
    const [exitCode, signal] = await once(child, 'exit');
    if (signal === 'SIGKILL') return killed;
    expect(exitCode).toBe(0);
    return (await counted)[0];
  }

  function expectOldOrNew(before: Record<string, string>): void {
    const after = treeOf(path.join(place.root, 'opt/app'));
    for (const [name, what] of Object.entries(after)) {
      if (name.includes('.tideway') || what.startsWith('folder')) continue;
      expect(what).toMatch(/: (old|new)$/);
    }
    for (const [name, what] of Object.entries(before)) {
      const file = name.replace(/^opt\/app\//, '');
      if (what.startsWith('file')) expect(after[file], name).toBeDefined();
    }
  }
});

/** At which of its calls a child dies, or from which on its disk refuses them. */
type Fate = { diesAt?: number; failsFrom?: number; code?: string };

const release: TarEntry[] = [
  { name: 'settings', body: 'new' },
  { name: 'current', type: 'symlink', linkname: 'releases' },
  { name: 'link-before', body: 'a file now' },
  { name: 'releases/2/app', mode: 0o755, body: 'new' },
  { name: 'releases/2/lib/x', body: 'new' },
];

async function beginPlace(): Promise<void> {
  place = new StepPlace();
  await beginKeeping(place.context().keepFolder);
}

function furnish(): void {
  place.write('opt/app/settings', 'old');
  place.write('opt/app/releases/1/app', 'old');
  place.write('opt/app/untouched', 'old');
  symlinkSync('releases/1', path.join(place.root, 'opt/app/current'));
  symlinkSync('nowhere', path.join(place.root, 'opt/app/link-before'));
}

async function unpack(entries: TarEntry[], owner: string | null = null, keepFolder?: string): Promise<void> {
  place.addArtifact('app', await tarOf(entries));
  const artifacts = [await place.context().fetchArtifact('app')];
  const context = place.context(keepFolder === undefined ? {} : { keepFolder });
  await beginKeeping(context.keepFolder);
  await placeArtifacts({ artifacts, path: '/opt/app', mode: null, owner, extract: true }, context);
}

function otherFileSystem(folder: string): string | null {
  const others = ['/dev/shm', '/run', '/var/tmp', process.cwd()].filter((one) => existsSync(one));
  return others.find((one) => statSync(one).dev !== statSync(folder).dev && isWritable(one)) ?? null;
}

function isWritable(folder: string): boolean {
  try {
    rmSync(mkdtempSync(path.join(folder, 'tideway-try-')), { recursive: true });
    return readdirSync(folder) !== undefined;
  } catch {
    return false;
  }
}
