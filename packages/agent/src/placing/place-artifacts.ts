import { type FetchedArtifact, type StepContext, StepFailure } from '../steps/step.ts';
import { freeBytes, inWords, syncDisks } from '../system/disk.ts';
import { hasCode, lookAt } from '../system/files.ts';
import { buildTree } from './build-tree.ts';
import { findDestination, firstFolderThere } from './destination.ts';
import { moveIntoPlace } from './move-into-place.ts';
import { findOwner } from './owner.ts';
import { planPlacements } from './plan-placements.ts';
import { PreviousFiles } from './previous-files.ts';

export type PlacingOrder = {
  artifacts: FetchedArtifact[];
  path: string;
  /** Null keeps the archive's, else that of the file which is replaced, else 0644. */
  mode: number | null;
  /** `user` or `user:group`; null is that of the file which is replaced, where nothing is unpacked, else the agent's own. */
  owner: string | null;
  extract: boolean;
};

/**
 * Puts artifacts, or what they hold, at a path below the root. Everything is put together and checked beside the target
 * first; then what is there is kept for `putBack`, and only then is file by file renamed into its place: at any moment
 * each is the old or the new one.
 */
export async function placeArtifacts(
  order: PlacingOrder,
  { root, keepFolder, signal }: Pick<StepContext, 'root' | 'keepFolder' | 'signal'>,
): Promise<void> {
  const owner = order.owner === null ? null : findOwner(root, order.owner);
  const destination = findDestination(root, order);
  const workFolder = firstFolderThere(destination.folder);
  const previous = new PreviousFiles(keepFolder);
  previous.removeStaging();
  try {
    const { folder: target, fileName } = destination;
    const tree = await buildTree(previous.makeStaging(workFolder), { ...order, target, fileName, owner }, signal);
    const placements = planPlacements(root, destination, tree);
    // And with it the folder that `keep` writes to, whose own new names nothing else forces to the disk.
    await syncDisks([tree.folder, keepFolder]);
    const changed = placements.filter(({ kind, to }) => kind === 'file' || !lookAt(to));
    const places = changed.map(({ to }) => to);
    await previous.keep(places, signal);
    signal.throwIfAborted();
    await moveIntoPlace(placements, previous, owner);
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT')) throw error;
    throw new StepFailure('no_room', `The disk is full: ${inWords(freeBytes(workFolder))} are free in ${workFolder}.`);
  } finally {
    previous.removeStaging();
  }
}
