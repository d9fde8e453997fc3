import { readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { StepFailure } from '../steps/step.ts';
import { lookAt } from './files.ts';

/**
 * The real place of `name` below `root`, as a process sees it for which `root` is `/`: links are followed, absolute
 * ones begin at `root`, and nothing climbs above it. What does not exist yet is taken as it is written.
 */
export function resolveBelowRoot(root: string, name: string): string {
  const top = realpathSync(root);
  const pending = partsOf(name).reverse();
  let place = top;
  let followed = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    const next = stepTo(top, place, part);
    const target = lookAt(next)?.isSymbolicLink() ? readlinkSync(next) : null;
    if (target === null) {
      place = next;
      continue;
    }
    followed += 1;
    if (followed > mostLinks)
      throw new StepFailure('path_conflict', `${name} goes through links that lead in a circle.`);
    if (path.isAbsolute(target)) place = top;
    pending.push(...partsOf(target).reverse());
  }
  return place;
}

/** Whether `file` is `folder` or lies below it; both are real places. */
export function isInside(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** The name that a place has for those to whom `root` is `/`. */
export function nameBelowRoot(root: string, place: string): string {
  return `/${path.relative(realpathSync(root), place)}`;
}

/** As many as Linux follows in one name. */
const mostLinks = 40;

function stepTo(top: string, place: string, part: string): string {
  if (part !== '..') return path.join(place, part);
  return place === top ? top : path.dirname(place);
}

function partsOf(name: string): string[] {
  return name.split('/').filter((part) => part !== '' && part !== '.');
}
