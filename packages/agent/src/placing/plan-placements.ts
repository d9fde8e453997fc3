import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { StepFailure } from '../steps/step.ts';
import { lookAt } from '../system/files.ts';
import { isInside, nameBelowRoot, resolveBelowRoot } from '../system/paths.ts';
import { linkFault } from '../unpack/entry.rules.ts';
import type { TreeWriter } from '../unpack/tree-writer.ts';
import type { Destination } from './destination.ts';

/** A folder to be there, or a staged file or link to be moved; `isAbove` are folders that only lead there. */
export type Placement =
  | { kind: 'folder'; from: string | null; to: string; mode: number; isAbove: boolean }
  | { kind: 'file'; from: string; to: string };

/**
 * Where everything of a tree goes below `folder`, folders before what they hold. Links that are already there are
 * followed as long as they stay inside. Throws StepFailure `path_conflict`, before anything is changed, where a file
 * and a folder would stand in each other's place.
 */
export function planPlacements(root: string, { folder, fileName }: Destination, tree: TreeWriter): Placement[] {
  const placements = foldersDownTo(folder).map((to): Placement => {
    const isAbove = to !== folder || fileName !== null;
    return { kind: 'folder', from: null, to, mode: 0o755, isAbove };
  });
  const folders = new Map([['', folder]]);
  for (const [place, { kind, mode }] of tree.entries) {
    const parent = folders.get(parentOf(place)) ?? folder;
    const to = path.join(parent, path.basename(place));
    if (kind === 'folder') {
      const real = folderAt(root, folder, to);
      folders.set(place, real);
      placements.push({ kind, from: tree.fileAt(place), to: real, mode, isAbove: false });
    } else {
      demandReplaceable(to);
      if (kind === 'link') demandInside(folder, to, readlinkSync(tree.fileAt(place)));
      placements.push({ kind: 'file', from: tree.fileAt(place), to });
    }
  }
  return placements;
}

/** The folders from the first that is there down to `folder`. */
function foldersDownTo(folder: string): string[] {
  const above = path.dirname(folder);
  return lookAt(folder) || above === folder ? [folder] : [...foldersDownTo(above), folder];
}

function folderAt(root: string, top: string, to: string): string {
  const found = lookAt(to);
  if (!found || found.isDirectory()) return to;
  if (!found.isSymbolicLink()) throw conflict(`${to} is a file, and a folder is to be put there.`);
  const real = resolveBelowRoot(root, nameBelowRoot(root, to));
  if (!isInside(top, real)) throw conflict(`${to} is a link that leads out of ${top}, so nothing is put below it.`);
  if (!lookAt(real)?.isDirectory()) throw conflict(`${to} is a link to no folder, and a folder is to be put there.`);
  return real;
}

function demandReplaceable(to: string): void {
  const found = lookAt(to);
  if (!found || found.isFile() || found.isSymbolicLink()) return;
  const kind = found.isDirectory() ? 'a folder' : 'a device, pipe or socket';
  throw conflict(`${to} is ${kind}, and a file is to be put there.`);
}

/** A folder that is a link may lie less deep than its name, and links count from where they really are. */
function demandInside(top: string, to: string, target: string): void {
  const fault = linkFault(path.relative(top, to), target);
  if (fault !== null) throw new StepFailure('archive_refused', `The archive is refused: ${fault}.`);
}

function conflict(message: string): StepFailure {
  return new StepFailure('path_conflict', message);
}

function parentOf(place: string): string {
  return place.slice(0, Math.max(0, place.lastIndexOf('/')));
}
