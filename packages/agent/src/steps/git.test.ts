import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runStepFixture } from '../testing/flow-fixtures.ts';
import { GitRepositories, git } from '../testing/git-repository.ts';
import { hasProgram } from '../testing/programs.ts';
import { StepPlace } from '../testing/step-context.ts';
import { treeOf } from '../testing/tree.ts';
import { gitStep } from './git.ts';
import { type StepContext, StepFailure, type StepOf } from './step.ts';

let place: StepPlace;
let repositories: GitRepositories;

beforeEach(() => {
  place = new StepPlace();
  repositories = new GitRepositories();
});
afterEach(() => {
  repositories.remove();
  place.remove();
});

describe.skipIf(!hasProgram('git'))('a git step', () => {
  it('clones a repository to a place that was not there, and takes it away again', async () => {
    repositories.commit('app', { VERSION: '1', 'bin/app': 'exit 0' });
    await run(stepOf('main'));
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('1');
    expect(git(app(), 'status', '--porcelain')).toBe('');
    expect(readdirSync(path.dirname(app()))).toEqual(['app']);
    await undo(stepOf('main'));
    expect(readdirSync(place.root)).toEqual([]);
  });

  it('clones into an empty folder, which is there again afterwards as it was', async () => {
    repositories.commit('app', { VERSION: '1' });
    mkdirSync(app(), { recursive: true });
    chmodSync(app(), 0o751);
    await run(stepOf('main'));
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('1');
    await undo(stepOf('main'));
    expect(readdirSync(app())).toEqual([]);
    expect(statSync(app()).mode & 0o777).toBe(0o751);
  });

  it('brings a clone to a branch, a tag, or a commit by its whole or short number', async () => {
    const first = repositories.commit('app', { VERSION: '1' });
    repositories.tag('app', 'v1');
    const second = repositories.commit('app', { VERSION: '2', added: '' });
    repositories.commit('app', { VERSION: 'beta' }, 'release/beta');
    const versions: string[] = [];
    for (const ref of ['main', 'v1', 'release/beta', first, second.slice(0, 9), 'refs/tags/v1', 'refs/heads/main']) {
      await run(stepOf(ref), newUpdate());
      versions.push(readFileSync(app('VERSION'), 'utf8'));
    }
    expect(versions).toEqual(['2', '1', 'beta', '1', '2', '1', '2']);
  });

  it('follows a branch that was pushed anew, and knows one no more that is gone', async () => {
    repositories.commit('app', { VERSION: '1' }, 'next');
    repositories.commit('app', { VERSION: '2' });
    await run(stepOf('next'));
    repositories.commit('app', { VERSION: '3' }, 'next');
    await run(stepOf('next'), newUpdate());
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('3');
    repositories.removeBranch('app', 'next');
    await expect(run(stepOf('next'), newUpdate())).rejects.toThrow(
      `${repositories.fileUrl('app')} has no branch or tag "next".`,
    );
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('3');
  });

  it('puts back the commit, the branch and the address that were there', async () => {
    const first = repositories.commit('app', { VERSION: '1', gone: '' });
    git(place.folder, 'clone', '--quiet', repositories.fileUrl('app'), app());
    git(app(), 'tag', 'my-own');
    writeFileSync(app('settings'), 'not tracked');
    repositories.commit('app', { VERSION: '2', 'new/file': '' });
    repositories.commit('moved', { VERSION: '3', 'new/file': '' });
    const before = stateOf();
    for (const repository of ['app', 'moved']) {
      newUpdate();
      await run(stepOf('main', { repository: repositories.fileUrl(repository) }));
      expect(stateOf()).not.toEqual(before);
      expect(git(app(), 'config', 'remote.origin.url')).toBe(repositories.fileUrl(repository));
      await undo(stepOf('main'));
      expect(stateOf()).toEqual(before);
    }
    expect(git(app(), 'rev-parse', 'main')).toBe(first);
    expect(git(app(), 'tag')).toBe('my-own');
  });

  it('checks out submodules on demand, and takes them away again', async () => {
    repositories.commit('lib', { code: 'lib 1' });
    repositories.commit('app', { VERSION: '1' });
    await run(stepOf('main'));
    repositories.addSubmodule('app', 'lib');
    await run(stepOf('main'), newUpdate());
    expect(readdirSync(app('lib'))).toEqual([]);
    await undo(stepOf('main'));

    newUpdate();
    await run(stepOf('main', { submodules: true }));
    expect(readFileSync(app('lib/code'), 'utf8')).toBe('lib 1');
    await run(stepOf('main', { submodules: true }));
    expect(readFileSync(app('lib/code'), 'utf8')).toBe('lib 1');
    await undo(stepOf('main', { submodules: true }));
    expect(existsSync(app('lib/code'))).toBe(false);
    expect(git(app(), 'status', '--porcelain')).toBe('');
  });

  it('does not let a repository from elsewhere read repositories of the device as submodules', async () => {
    repositories.commit('lib', { code: 'lib 1' });
    repositories.commit('app', { VERSION: '1' });
    repositories.addSubmodule('app', 'lib');
    const daemon = await repositories.startDaemon();
    const step = stepOf('main', { repository: `${daemon}/app.git`, submodules: true });
    await expect(run(step)).rejects.toThrow('git submodule failed: ');
    expect(place.output).toContain("transport 'file' not allowed");
    expect(existsSync(app())).toBe(false);
    await run(stepOf('main', { repository: `${daemon}/app.git` }));
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('1');
  });

  it('overwrites nothing that was changed on the device', async () => {
    repositories.commit('app', { VERSION: '1', other: '1' });
    await run(stepOf('main'));
    repositories.commit('app', { VERSION: '2', other: '1', settings: 'theirs' });
    writeFileSync(app('VERSION'), 'mended by hand');
    await expect(run(stepOf('main'), newUpdate())).rejects.toThrow(
      `These files in ${app()} were changed on the device: VERSION. Nothing was overwritten`,
    );
    await undo(stepOf('main'));
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('mended by hand');
    writeFileSync(app('VERSION'), '1');
    writeFileSync(app('settings'), 'ours');
    await expect(run(stepOf('main'), newUpdate())).rejects.toThrow(/cannot be brought to .*settings/);
    expect(readFileSync(app('settings'), 'utf8')).toBe('ours');
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('1');
  });

  it('leaves alone what is no clone', async () => {
    repositories.commit('app', { VERSION: '1' });
    place.write('opt/app/file', 'mine');
    await expect(run(stepOf('main'))).rejects.toThrow(`${app()} is there and is no clone of a repository.`);
    await undo(stepOf('main'));
    expect(treeOf(app())).toHaveProperty('file');
    rmSync(app(), { recursive: true });
    place.write('opt/app', 'a file');
    await expect(run(stepOf('main'))).rejects.toThrow(`${app()} is no folder`);
  });

  it('does not run hooks, neither those of the device nor those of templates', async () => {
    repositories.commit('app', { VERSION: '1' });
    const template = path.join(place.folder, 'template');
    const hook = `#!/bin/sh\ntouch ${place.folder}/hooked\n`;
    mkdirSync(path.join(template, 'hooks'), { recursive: true });
    writeFileSync(path.join(template, 'hooks/post-checkout'), hook, { mode: 0o755 });
    const environment = { PATH: process.env.PATH ?? '', GIT_TEMPLATE_DIR: template, GIT_DIR: '/nowhere' };
    await run(stepOf('main'), { environment });
    mkdirSync(app('.git/hooks'), { recursive: true });
    writeFileSync(app('.git/hooks/post-checkout'), hook, { mode: 0o755 });
    repositories.commit('app', { VERSION: '2' });
    await run(stepOf('main'), newUpdate());
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('2');
    expect(existsSync(path.join(place.folder, 'hooked'))).toBe(false);
  });

  it('says what the server of a repository has said', async () => {
    repositories.commit('app', { VERSION: '1' });
    const daemon = await repositories.startDaemon();
    await expect(run(stepOf('main', { repository: `${daemon}/none.git` }))).rejects.toThrow(/^git fetch failed: .+\.$/);
    expect(readdirSync(place.root)).toEqual(['opt']);
    await undo(stepOf('main'));
    expect(readdirSync(place.root)).toEqual([]);
  });

  it('takes values as text, or refuses them in one sentence', async () => {
    repositories.commit('app', { VERSION: '1' });
    const evil = [
      "it's",
      '"quoted"',
      '$(touch hacked)',
      '`touch hacked`',
      '--upload-pack=touch hacked',
      'ünïcode',
      'x'.repeat(4096),
      'a\nb',
      '../x',
    ];
    for (const value of evil) {
      for (const step of [stepOf(value), stepOf('main', { repository: `${repositories.fileUrl('app')}${value}` })]) {
        const failure = await run(step).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(StepFailure);
      }
    }
    await run(stepOf('main', { path: '/opt/$(touch hacked) `id` "x"\'y\'ü' }), newUpdate());
    expect(treeOf(place.root)).toHaveProperty('opt/$(touch hacked) `id` "x"\'y\'ü/VERSION');
    expect(readdirSync(place.root, { recursive: true })).not.toContain('hacked');
    expect(existsSync('hacked')).toBe(false);
  });
});

describe.skipIf(!hasProgram('git'))('a git step with credentials', () => {
  it('gives them to their server alone, and leaves none on the disk', async () => {
    repositories.commit('app', { VERSION: '1' });
    repositories.commit('lib', { code: '' });
    const { url, asked } = await repositories.startHttp("joe:ge'heim$(id)");
    const step = stepOf('main', { repository: `${url}/app.git`, registry: 'ours' });
    const home = path.join(place.folder, 'home');
    mkdirSync(home);
    writeFileSync(path.join(home, '.gitconfig'), `[credential]\n\thelper = store --file=${home}/stored\n`);
    const environment = { PATH: process.env.PATH ?? '', HOME: home };
    const registry = async () => ({ url, username: 'joe', password: "ge'heim$(id)" });
    await run(step, { environment, registry });
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('1');
    expect(asked).toContain(`Basic ${Buffer.from("joe:ge'heim$(id)").toString('base64')}`);
    expect(existsSync(path.join(home, 'stored'))).toBe(false);
    expect(grep('heim')).toEqual([]);
    expect(place.output).not.toContain('heim');
  });

  it('does not need them to put back what was there', async () => {
    repositories.commit('app', { VERSION: '1' });
    const { url } = await repositories.startHttp('joe:geheim');
    const registry = async () => ({ url, username: 'joe', password: 'geheim' });
    const step = stepOf('main', { repository: `${url}/app.git`, registry: 'ours', submodules: true });
    await run(step, { registry });
    newUpdate();
    repositories.commit('app', { VERSION: '2' });
    await run(step, { registry });
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('2');
    // In this place nobody knows a registry.
    await undo(step);
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('1');
  });

  it('asks nobody where they are missing, wrong or meant for another host', async () => {
    repositories.commit('app', { VERSION: '1' });
    const { url } = await repositories.startHttp('joe:geheim');
    const step = stepOf('main', { repository: `${url}/app.git` });
    await expect(run(step)).rejects.toThrow(/^git fetch failed: .*terminal prompts disabled\.$/);
    const wrong = async () => ({ url, username: 'joe', password: 'falsch' });
    const withRegistry = stepOf('main', { repository: `${url}/app.git`, registry: 'ours' });
    await expect(run(withRegistry, { registry: wrong })).rejects.toThrow(/^git fetch failed: Authentication failed/);
    const other = async () => ({ url: 'https://git.example.org', username: 'joe', password: 'geheim' });
    await expect(run(withRegistry, { registry: other })).rejects.toThrow(
      `The repository ${url}/app.git is not below https://git.example.org, the address of its registry.`,
    );
  });

  it('is stopped in the middle of a download, and is done when it is run again', async () => {
    repositories.commit('app', { VERSION: '1' });
    const { url, hold } = await repositories.startHttp('joe:geheim');
    const registry = async () => ({ url, username: 'joe', password: 'geheim' });
    const step = stepOf('main', { repository: `${url}/app.git`, registry: 'ours' });
    const stop = new AbortController();
    const holding = hold();
    const running = run(step, { registry, signal: stop.signal }).catch((error: unknown) => error);
    const release = await holding;
    stop.abort(new StepFailure('stopped', 'The update was aborted.'));
    expect(await running).toBe(stop.signal.reason);
    release();
    expect(readdirSync(path.dirname(app()))).toEqual([]);
    await run(step, { registry });
    expect(readFileSync(app('VERSION'), 'utf8')).toBe('1');
  });
});

function app(...names: string[]): string {
  return path.join(place.root, 'opt/app', ...names);
}

/** What the next update does has a keep folder of its own. */
function newUpdate(): Partial<StepContext> {
  rmSync(path.join(place.folder, 'keep'), { recursive: true });
  mkdirSync(path.join(place.folder, 'keep'));
  return {};
}

function stepOf(ref: string, changes: Partial<StepOf<'git'>['with']> = {}): StepOf<'git'> {
  const { uses: _uses, ...rest } = runStepFixture('Get the app', '');
  const repository = repositories.fileUrl('app');
  return {
    ...rest,
    uses: 'git',
    with: { repository, ref, path: '/opt/app', registry: null, submodules: false, ...changes },
  };
}

async function run(step: StepOf<'git'>, changes: Partial<StepContext> = {}): Promise<void> {
  await gitStep.run(step, place.context({ environment: { PATH: process.env.PATH ?? '' }, ...changes }));
}

async function undo(step: StepOf<'git'>): Promise<void> {
  await gitStep.undo?.(step, place.context({ environment: { PATH: process.env.PATH ?? '' } }));
}

function stateOf(): Record<string, string> {
  const names = readdirSync(app()).filter((name) => name !== '.git');
  const tree = Object.fromEntries(
    Object.entries(treeOf(app())).filter(([name]) => names.includes(name.split('/')[0] ?? '')),
  );
  return {
    ...tree,
    head: readFileSync(app('.git/HEAD'), 'utf8'),
    status: git(app(), 'status', '--porcelain'),
    url: git(app(), 'config', 'remote.origin.url'),
  };
}

function grep(text: string): string[] {
  try {
    return execFileSync('grep', ['-rl', text, place.folder], { encoding: 'utf8' }).split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
