import { type Git, gitDone } from './git-program.ts';

/** Checks the submodules out as the commit that is checked out names them, those of submodules too. */
export async function putSubmodules(git: Git, place: string): Promise<void> {
  await gitDone(git, place, ['submodule', 'init']);
  // Also where one is fetched from may have changed.
  await gitDone(git, place, ['submodule', 'sync', '--recursive', '--quiet']);
  await gitDone(git, place, ['submodule', 'update', '--init', '--recursive', '--force', '--checkout']);
}

/** Takes the files of all submodules away; what was fetched of them is kept. Another commit may have none there. */
export async function removeSubmodules(git: Git, place: string): Promise<void> {
  await git(place, ['submodule', 'deinit', '--all', '--force']);
}
