import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { type StepContext, StepFailure, type StepOf } from '../steps/step.ts';
import { syncDisks } from '../system/disk.ts';
import { removeFolder } from '../system/durable-file.ts';
import { resolveBelowRoot } from '../system/paths.ts';
import { type Git, gitDone, reasonIn } from './git-program.ts';
import { missingFolders, type PreviousRepository, previousRepository, stagingOf } from './previous-repository.ts';
import { putSubmodules, removeSubmodules } from './submodules.ts';
import {
  beginChange,
  clearBrokenChange,
  commitOf,
  demandUnchanged,
  endChange,
  gitFolderOf,
  isCommitNumber,
  lookAtWorkTree,
} from './work-tree.ts';

type Order = Pick<StepOf<'git'>['with'], 'repository' | 'ref' | 'path' | 'submodules'>;

/**
 * Puts a repository at its place: a new one is put together beside it and renamed, one that is there is brought to the
 * commit. What was there before is noted first. Safe to repeat, whatever moment an earlier run was broken off at.
 */
export async function putRepository(git: Git, order: Order, context: StepContext): Promise<void> {
  const place = resolveBelowRoot(context.root, order.path);
  const previous = previousRepository(context.keepFolder);
  const found = await lookAtWorkTree(git, place);
  if (found.was === 'clone') {
    await changeClone(git, place, order, context, () => previous.keep({ place, made_folders: [], ...found }));
  } else {
    const note = previous.keep({ place, made_folders: missingFolders(path.dirname(place)), ...found });
    await makeClone(git, order, note);
  }
}

async function makeClone(git: Git, order: Order, { place }: PreviousRepository): Promise<void> {
  const staging = stagingOf(place);
  removeFolder(staging);
  mkdirSync(staging, { recursive: true });
  try {
    await gitDone(git, staging, ['init', '--quiet', '--template=']);
    await bringToCommit(git, staging, order, await fetchCommit(git, staging, order));
    await syncDisks([staging]);
    renameSync(staging, place);
    await syncDisks([path.dirname(place)]);
  } finally {
    removeFolder(staging);
  }
}

async function changeClone(
  git: Git,
  place: string,
  order: Order,
  { signal }: StepContext,
  keep: () => void,
): Promise<void> {
  const gitFolder = await gitFolderOf(git, place);
  const isBroken = clearBrokenChange(gitFolder);
  // What a broken change has left half done is no change of somebody on the device.
  if (!isBroken) await demandUnchanged(git, place, order.submodules);
  keep();
  beginChange(gitFolder);
  let commit: string;
  try {
    commit = await fetchCommit(git, place, order);
    if (!isBroken) await demandNothingInTheWay(git, place, commit);
  } catch (error) {
    // A git that was killed may have left its locks: the mark stays for who comes next.
    if (!isBroken && !signal.aborted) endChange(gitFolder);
    throw error;
  }
  await bringToCommit(git, place, order, commit);
  await syncDisks([place]);
  endChange(gitFolder);
}

/** Fetches what the repository has, into names of our own: those of people who work in the clone stay as they are. */
async function fetchCommit(git: Git, folder: string, { repository, ref }: Order): Promise<string> {
  const isWhole = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);
  const known = isWhole ? await commitOf(git, folder, ref) : null;
  if (known !== null) return known;
  const all = ['+refs/heads/*:refs/tideway/heads/*', '+refs/tags/*:refs/tideway/tags/*'];
  const words = ['fetch', '--prune', '--no-tags', '--force', '--no-recurse-submodules', '--', repository];
  await gitDone(git, folder, [...words, ...all]);
  const commit = await commitOf(git, folder, ref);
  if (commit !== null) return commit;
  // A commit of no branch and no tag: many servers give it to whoever knows its number.
  if (isWhole) await git(folder, [...words, ref], { isShown: true });
  const asked = isWhole ? await commitOf(git, folder, ref) : null;
  if (asked !== null) return asked;
  const kinds = isCommitNumber(ref) ? 'branch, tag or commit' : 'branch or tag';
  throw new StepFailure('unknown_ref', `${repository} has no ${kinds} "${ref}".`);
}

/** Files that the repository does not track must not be overwritten by those that it brings. */
async function demandNothingInTheWay(git: Git, place: string, commit: string): Promise<void> {
  await git(place, ['update-index', '-q', '--refresh']);
  const tried = await git(place, ['read-tree', '--dry-run', '-m', '-u', 'HEAD', commit]);
  if (tried.exitCode !== 0) {
    throw new StepFailure('path_conflict', `${place} cannot be brought to ${commit}: ${reasonIn(tried.said)}`);
  }
}

async function bringToCommit(git: Git, place: string, { repository, submodules }: Order, commit: string) {
  await gitDone(git, place, ['config', '--local', 'remote.origin.url', repository]);
  if (submodules) await removeSubmodules(git, place);
  await gitDone(git, place, ['checkout', '--force', '--detach', commit, '--']);
  if (submodules) await putSubmodules(git, place);
}
