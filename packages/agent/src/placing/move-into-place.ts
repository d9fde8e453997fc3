import { chmodSync, chownSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pacing, syncDisks } from '../system/disk.ts';
import { copyWithAttributes, hasCode, lookAt } from '../system/files.ts';
import type { Owner } from './owner.ts';
import type { Placement } from './plan-placements.ts';
import type { PreviousFiles } from './previous-files.ts';

/**
 * Renames everything into its place, for sure after the return. Nothing calls it off: it takes no time, and a half-done
 * change would help nobody.
 */
export async function moveIntoPlace(
  placements: Placement[],
  previous: PreviousFiles,
  owner: Owner | null,
): Promise<void> {
  const pace = pacing();
  // Where there is no such folder yet, the staged one goes with all that it holds: a rename for each would take longer.
  const moved = new Set<string>();
  for (const placement of placements) {
    await pace();
    const isThere = placement.from !== null && moved.has(path.dirname(placement.from));
    if (placement.kind === 'folder') placeFolder(placement, isThere, moved);
    else if (!isThere) await moveFile(placement, previous);
  }
  // Only now: a folder may be closed to its own owner.
  for (const placement of placements) if (placement.kind === 'folder') finishFolder(placement, previous, owner);
  await syncDisks(placements.map(({ to }) => path.dirname(to)));
}

type Folder = Extract<Placement, { kind: 'folder' }>;

function placeFolder({ from, to, mode }: Folder, isThere: boolean, moved: Set<string>): void {
  // Its owner needs it open until all is in it.
  const open = mode | 0o700;
  if (isThere || (from !== null && !lookAt(to) && renameIfPossible(from, to))) {
    if (from !== null) moved.add(from);
    chmodSync(to, open);
  } else if (!lookAt(to)) mkdirSync(to, { mode: open });
}

/** False where `to` is on another file system. */
function renameIfPossible(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EXDEV')) return false;
    throw error;
  }
}

async function moveFile({ from, to }: Extract<Placement, { kind: 'file' }>, previous: PreviousFiles): Promise<void> {
  if (renameIfPossible(from, to)) return;
  const beside = previous.besideOf(to);
  rmSync(beside, { force: true });
  await copyWithAttributes(from, beside);
  renameSync(beside, to);
}

/** A folder that was there keeps its mode and owner. */
function finishFolder({ to, mode, isAbove }: Folder, previous: PreviousFiles, owner: Owner | null): void {
  if (!previous.wasAbsent(to)) return;
  if (owner && !isAbove) chownSync(to, owner.uid, owner.gid);
  chmodSync(to, mode);
}
