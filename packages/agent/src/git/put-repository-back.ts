import { chmodSync, chownSync, mkdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { firstFolderThere } from '../placing/destination.ts';
import type { StepContext } from '../steps/step.ts';
import { syncDisks } from '../system/disk.ts';
import { removeFolder } from '../system/durable-file.ts';
import { hasCode } from '../system/files.ts';
import { type Git, gitDone } from './git-program.ts';
import { type PreviousRepository, previousRepository, stagingOf } from './previous-repository.ts';
import { putSubmodules, removeSubmodules } from './submodules.ts';
import { beginChange, clearBrokenChange, endChange, gitFolderOf } from './work-tree.ts';

/** `fetching` has the credentials that are needed for what is elsewhere, and makes sure of them first. */
export type Gits = { local: Git; fetching: () => Promise<Git> };

/** Puts back the commit that was checked out before, or the absence of the clone. Safe to repeat. */
export async function putRepositoryBack(
  gits: Gits,
  withSubmodules: boolean,
  { keepFolder }: Pick<StepContext, 'keepFolder'>,
): Promise<void> {
  const previous = previousRepository(keepFolder).read();
  if (!previous) return;
  if (previous.was === 'clone') await checkOutAgain(gits, previous, withSubmodules);
  else await removeClone(previous);
}

async function checkOutAgain(
  { local: git, fetching }: Gits,
  { place, commit, branch, url, had_submodules }: Extract<PreviousRepository, { was: 'clone' }>,
  withSubmodules: boolean,
): Promise<void> {
  const gitFolder = await gitFolderOf(git, place);
  clearBrokenChange(gitFolder);
  beginChange(gitFolder);
  if (withSubmodules) await removeSubmodules(git, place);
  await gitDone(git, place, ['checkout', '--force', '--detach', commit, '--']);
  if (branch !== null) await gitDone(git, place, ['symbolic-ref', 'HEAD', branch]);
  if (url === null) await git(place, ['config', '--local', '--unset-all', 'remote.origin.url']);
  else await gitDone(git, place, ['config', '--local', 'remote.origin.url', url]);
  if (withSubmodules && had_submodules) await putSubmodules(await fetching(), place);
  await syncDisks([place]);
  endChange(gitFolder);
}

async function removeClone(previous: Exclude<PreviousRepository, { was: 'clone' }>): Promise<void> {
  const { place } = previous;
  removeFolder(stagingOf(place));
  removeFolder(place);
  if (previous.was === 'empty') {
    mkdirSync(place);
    chownSync(place, previous.uid, previous.gid);
    chmodSync(place, previous.mode);
  }
  for (const folder of previous.made_folders.toReversed()) removeIfEmpty(folder);
  await syncDisks([firstFolderThere(path.dirname(place))]);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}
