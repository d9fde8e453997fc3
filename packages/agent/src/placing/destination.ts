import path from 'node:path';
import { StepFailure } from '../steps/step.ts';
import { lookAt } from '../system/files.ts';
import { resolveBelowRoot } from '../system/paths.ts';

/** A real folder, and the one file that is to be placed in it; null where the folder itself is what is placed. */
export type Destination = { folder: string; fileName: string | null };

/**
 * What the path of a step means: a folder where something is unpacked, where there are several artifacts, where it ends
 * in a slash or where it is one already; else the file itself.
 */
export function findDestination(
  root: string,
  order: { path: string; artifacts: { path: string }[]; extract: boolean },
): Destination {
  const named = path.posix.normalize(order.path);
  const whole = resolveBelowRoot(root, named);
  const [first, ...others] = order.artifacts;
  if (order.extract || !first || others.length > 0) return { folder: whole, fileName: null };
  if (named.endsWith('/') || lookAt(whole)?.isDirectory()) return { folder: whole, fileName: baseName(first) };
  return { folder: resolveBelowRoot(root, path.posix.dirname(named)), fileName: path.posix.basename(named) };
}

/** The name under which an artifact is put into a folder. */
export function baseName(artifact: { path: string }): string {
  return path.posix.basename(artifact.path);
}

/** The folder itself, or the first above it that is there. */
export function firstFolderThere(folder: string): string {
  const found = lookAt(folder);
  if (found?.isDirectory()) return folder;
  if (found) throw new StepFailure('path_conflict', `${folder} is no folder, so nothing can be put below it.`);
  return firstFolderThere(path.dirname(folder));
}
