import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installedBelow, makeDebianRoot, PackageSource } from '../testing/debian-root.ts';
import { runStepFixture } from '../testing/flow-fixtures.ts';
import { hasProgram } from '../testing/programs.ts';
import { StepPlace } from '../testing/step-context.ts';
import { debStep } from './deb.ts';
import { type StepContext, StepFailure, type StepOf } from './step.ts';

const isDebian = ['dpkg', 'apt-get', 'busybox'].every(hasProgram) && process.getuid?.() === 0;

let place: StepPlace;
let source: PackageSource;

beforeEach(() => {
  if (!isDebian) return;
  place = new StepPlace();
  source = new PackageSource();
  makeDebianRoot(place.root, source);
});
afterEach(() => {
  if (!isDebian) return;
  source.remove();
  place.remove();
});

describe.skipIf(!isDebian)('a deb step', () => {
  it('installs packages with what they depend on, brings them up to date, and puts the versions back', async () => {
    source.publish('lib', '1.0');
    source.publish('app', '1.0', { depends: 'lib (>= 1.0)' });
    await run(names('app'));
    const before = { app: '1.0 installed', lib: '1.0 installed' };
    expect(installed()).toEqual(before);
    source.publish('lib', '2.0');
    source.publish('extra', '0.1');
    source.publish('app', '2.0', { depends: 'lib (>= 2.0), extra' });
    await run(names('app=2.0'), newUpdate());
    expect(installed()).toEqual({ app: '2.0 installed', lib: '2.0 installed', extra: '0.1 installed' });
    await run(names('app=2.0'));
    source.withdraw('app', '1.0');
    source.withdraw('lib', '1.0');
    await undo();
    expect(installed()).toEqual(before);
    await undo();
    expect(installed()).toEqual(before);
    expect(readFileSync(path.join(place.root, 'usr/share/app/VERSION'), 'utf8')).toBe('1.0');
  });

  it('takes away what was not there, with its settings', async () => {
    source.publish('lib', '1.0');
    source.publish('app', '1.0', { depends: 'lib', settings: 'a=1\n' });
    await run(names('app'));
    await undo();
    expect(installed()).toEqual({});
    expect(existsSync(path.join(place.root, 'etc/app.conf'))).toBe(false);
  });

  it('goes back to an older version that was asked for', async () => {
    source.publish('app', '1.0');
    source.publish('app', '2.0');
    await run(names('app'));
    await run(names('app=1.0'), newUpdate());
    expect(installed()).toEqual({ app: '1.0 installed' });
  });

  it('installs artifacts and what they need from the source, and has their files at hand for later updates', async () => {
    source.publish('lib', '1.0');
    for (const version of ['1.0', '2.0', '3.0']) {
      place.addArtifact(`app-${version}`, source.build('app', version, { depends: 'lib' }));
      await run(artifacts(`app-${version}`), newUpdate());
      expect(installed()).toEqual({ app: `${version} installed`, lib: '1.0 installed' });
      place.forgetArtifacts();
    }
    await undo();
    expect(installed()).toEqual({ app: '2.0 installed', lib: '1.0 installed' });
    await run(artifacts('app-3.0'), newUpdate());
    await undo();
    expect(installed()).toEqual({ app: '2.0 installed', lib: '1.0 installed' });
  });

  it('says what could not be put back', async () => {
    source.publish('app', '1.0');
    source.publish('other', '1.0');
    await run(names('app', 'other'));
    source.withdraw('app', '1.0');
    source.publish('app', '2.0');
    source.publish('other', '2.0');
    await run(names('app', 'other'), newUpdate());
    expect(place.output).toContain('app 1.0 cannot be had any more: this step could not put it back.');
    await expect(undo()).rejects.toThrow('Not put back: app was 1.0, which is not to be had any more, and is 2.0.');
    expect(installed()).toEqual({ app: '2.0 installed', other: '1.0 installed' });
  });

  it('keeps settings that were changed on the device', async () => {
    source.publish('app', '1.0', { settings: 'a=1\n' });
    await run(names('app'));
    writeFileSync(path.join(place.root, 'etc/app.conf'), 'a=mine\n');
    source.publish('app', '2.0', { settings: 'a=2\n' });
    await run(names('app'), newUpdate());
    expect(installed()).toEqual({ app: '2.0 installed' });
    expect(readFileSync(path.join(place.root, 'etc/app.conf'), 'utf8')).toBe('a=mine\n');
  });

  it('removes nothing for what it installs', async () => {
    source.publish('old', '1.0');
    source.publish('app', '1.0', { conflicts: 'old' });
    await run(names('old'));
    await expect(run(names('app'), newUpdate())).rejects.toThrow(
      'old would have to be removed, and nothing is removed for what a step installs.',
    );
    expect(installed()).toEqual({ old: '1.0 installed' });
  });

  it('says in a sentence what there is not, and changes nothing', async () => {
    source.publish('app', '1.0');
    await expect(run(names('app=9.9'))).rejects.toThrow("apt-get failed: Version '9.9' for 'app' was not found.");
    await expect(run(names('app', 'nope'))).rejects.toThrow('apt-get failed: Unable to locate package nope.');
    place.addArtifact('text', 'no package');
    await expect(run(artifacts('text'))).rejects.toThrow('The artifact text is no Debian package.');
    expect(installed()).toEqual({});
    await undo();
  });

  it('mends what was broken off in its middle, when it is run again or undone', async () => {
    source.publish('app', '1.0');
    await run(names('app'));
    newUpdate();
    source.publish('app', '2.0', { postinst: 'test -e /fixed || exit 1' });
    await expect(run(names('app'))).rejects.toThrow(/^apt-get failed: .+/);
    expect(installed()).toEqual({ app: '2.0 half-configured' });
    await undo();
    expect(installed()).toEqual({ app: '1.0 installed' });
    await expect(run(names('app'))).rejects.toThrow(/^apt-get failed: .+/);
    writeFileSync(path.join(place.root, 'fixed'), '');
    await run(names('app'));
    expect(installed()).toEqual({ app: '2.0 installed' });
  });

  it('takes values as text, or refuses them in one sentence', async () => {
    const evil = [
      '',
      "it's",
      '"q"',
      '$(touch hacked)',
      '`id`',
      '-oDPkg::Pre-Invoke::=id',
      'app-',
      'app+',
      '../x',
      './x.deb',
      '/x.deb',
      'app/stable',
      'app=1',
      'a b',
      'a\nb',
      'ünï',
      'app*',
      '^app',
      'x'.repeat(4096),
    ];
    for (const value of evil) {
      for (const one of [
        { name: value, version: null },
        { name: 'app', version: value },
      ]) {
        if (one.name === 'app' && ['app-', 'app+', 'app'].includes(value)) continue;
        await expect(run(stepOf({ packages: [one] }))).rejects.toThrow(
          / cannot be the (name|version) of (a|the) package/,
        );
      }
    }
    for (const name of ['g++', 'libstdc++6', 'libc6:i386', '0ad']) {
      await expect(run(names(name))).rejects.toThrow(/^apt-get failed: /);
    }
  });

  it('waits for who else is installing packages, until it is stopped', async () => {
    source.publish('app', '1.0');
    const lock = path.join(place.root, 'var/lib/dpkg/lock-frontend');
    const holder = spawn('python3', [
      '-c',
      `import fcntl,sys,time\nf=open(${JSON.stringify(lock)},'w')\nfcntl.lockf(f,fcntl.LOCK_EX)\nprint('held',flush=True)\nsys.stdin.read()`,
    ]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const stop = new AbortController();
    const waited = run(names('app'), {
      signal: stop.signal,
      output: (text) => text.startsWith('Waiting') && stop.abort(new StepFailure('stopped', 'The update was aborted.')),
    });
    await expect(waited).rejects.toThrow('The update was aborted.');
    await run(names('app'), { output: (text) => text.startsWith('Waiting') && holder.stdin.end() });
    expect(installed()).toEqual({ app: '1.0 installed' });
  });
});

function installed(): Record<string, string> {
  return installedBelow(place.root);
}

/** What the next update does has a keep folder of its own. */
function newUpdate(): Partial<StepContext> {
  rmSync(path.join(place.folder, 'keep'), { recursive: true });
  mkdirSync(path.join(place.folder, 'keep'));
  return {};
}

function names(...all: string[]): StepOf<'deb'> {
  const packages = all.map((one) => ({ name: one.split('=')[0] ?? '', version: one.split('=')[1] ?? null }));
  return stepOf({ packages });
}

function artifacts(...all: string[]): StepOf<'deb'> {
  return stepOf({ artifacts: all.map((artifact) => ({ artifact, registry: null, sha256: null })) });
}

function stepOf(changes: Partial<StepOf<'deb'>['with']>): StepOf<'deb'> {
  const { uses: _uses, ...rest } = runStepFixture('Install', '');
  return { ...rest, uses: 'deb', with: { packages: [], artifacts: [], ...changes } };
}

async function run(step: StepOf<'deb'>, changes: Partial<StepContext> = {}): Promise<void> {
  await debStep.run(step, place.context({ environment: { PATH: process.env.PATH ?? '' }, ...changes }));
}

async function undo(): Promise<void> {
  await debStep.undo?.(names(), place.context({ environment: { PATH: process.env.PATH ?? '' } }));
}
