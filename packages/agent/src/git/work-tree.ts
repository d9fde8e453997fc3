import { lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { StepFailure } from '../steps/step.ts';
import { removeDurably, writeDurably } from '../system/durable-file.ts';
import { lookAt } from '../system/files.ts';
import { type Git, reasonIn } from './git-program.ts';

/** What is at the place of a clone. */
export type Found =
  | { was: 'absent' }
  | { was: 'empty'; mode: number; uid: number; gid: number }
  /** A clone at `commit`, on `branch` where it is on one; `url` is that of its `origin`. */
  | { was: 'clone'; commit: string; branch: string | null; url: string | null; had_submodules: boolean };

/** Looks without changing anything. Throws StepFailure `path_conflict` where something else is in the way. */
export async function lookAtWorkTree(git: Git, place: string): Promise<Found> {
  const found = lookAt(place);
  if (!found) return { was: 'absent' };
  if (!found.isDirectory()) throw conflict(`${place} is no folder, so no repository can be put there.`);
  const { mode, uid, gid } = found;
  if (readdirSync(place).length === 0) return { was: 'empty', mode: mode & 0o7777, uid, gid };
  if (!lookAt(path.join(place, '.git'))) throw conflict(`${place} is there and is no clone of a repository.`);
  const top = await git(place, ['rev-parse', '--show-toplevel']);
  if (top.exitCode !== 0) throw conflict(`${place} cannot be used: ${reasonIn(top.said)}`);
  if (top.out.trim() !== realpathSync(place)) throw conflict(`${place} is there and is no clone of a repository.`);
  const commit = await answer(git, place, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if (commit === null) throw conflict(`${place} is a repository without a commit.`);
  return {
    was: 'clone',
    commit,
    branch: await answer(git, place, ['symbolic-ref', '--quiet', 'HEAD']),
    url: await answer(git, place, ['config', '--local', '--get', 'remote.origin.url']),
    had_submodules: /^[^-]/m.test((await answer(git, place, ['submodule', 'status'])) ?? ''),
  };
}

/** Throws StepFailure `local_changes` where somebody has changed files that the repository tracks. */
export async function demandUnchanged(git: Git, place: string, withSubmodules: boolean): Promise<void> {
  const submodules = `--ignore-submodules=${withSubmodules ? 'untracked' : 'all'}`;
  const status = await git(place, ['status', '--porcelain', '-z', '--untracked-files=no', '--no-renames', submodules]);
  if (status.exitCode !== 0) throw conflict(`${place} cannot be used: ${reasonIn(status.said)}`);
  const changed = status.out.split('\0').flatMap((line) => (line === '' ? [] : [line.slice(3)]));
  if (changed.length === 0) return;
  const more = changed.length > 5 ? ` and ${changed.length - 5} more` : '';
  const files = `${changed.slice(0, 5).join(', ')}${more}`;
  const what = `These files in ${place} were changed on the device: ${files}.`;
  throw new StepFailure(
    'local_changes',
    `${what} Nothing was overwritten: put them back with git, or keep them elsewhere.`,
  );
}

/** The commit that a branch, a tag or a number names in what was fetched; null where nothing does. */
export async function commitOf(git: Git, place: string, ref: string): Promise<string | null> {
  const [, kind, name] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  const kinds = kind === undefined ? ['heads', 'tags'] : [kind];
  const found: string[] = [];
  for (const one of kinds) {
    const words = ['rev-parse', '--verify', '--quiet', `refs/tideway/${one}/${name ?? ref}^{commit}`];
    const commit = await answer(git, place, words);
    if (commit !== null) found.push(commit);
  }
  const [first, second] = found;
  if (first !== undefined && second !== undefined && first !== second) {
    const message = `"${ref}" is a branch and a tag; write refs/heads/${ref} or refs/tags/${ref}.`;
    throw new StepFailure('ambiguous_ref', message);
  }
  if (first !== undefined) return first;
  return isCommitNumber(ref) ? answer(git, place, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]) : null;
}

/** Whether it can only be the number of a commit: whole, or its beginning. */
export function isCommitNumber(ref: string): boolean {
  return /^[0-9a-f]{7,64}$/.test(ref);
}

/** Marks a repository as being changed: who finds the mark knows that an earlier change was broken off. */
export function beginChange(gitFolder: string): void {
  writeDurably(path.join(gitFolder, changeMark), '');
}

export function endChange(gitFolder: string): void {
  removeDurably(path.join(gitFolder, changeMark));
}

/** Whether a change was broken off; its locks are removed then, since nobody holds them any more. */
export function clearBrokenChange(gitFolder: string): boolean {
  if (!lookAt(path.join(gitFolder, changeMark))) return false;
  for (const name of readdirSync(gitFolder, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(gitFolder, name);
    if (name.endsWith('.lock') && lstatSync(file).isFile()) rmSync(file, { force: true });
  }
  return true;
}

/** Where a repository keeps what it knows; submodules have it elsewhere than in `.git`. */
export async function gitFolderOf(git: Git, place: string): Promise<string> {
  return (await answer(git, place, ['rev-parse', '--absolute-git-dir'])) ?? path.join(place, '.git');
}

const changeMark = 'tideway-changing';

async function answer(git: Git, place: string, words: string[]): Promise<string | null> {
  const end = await git(place, words);
  return end.exitCode === 0 ? end.out.trim() : null;
}

function conflict(message: string): StepFailure {
  return new StepFailure('path_conflict', message);
}
