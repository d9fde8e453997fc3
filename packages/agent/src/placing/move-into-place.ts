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
  for (const placement of placements) {
    await pace();
    if (placement.kind === 'file') await moveFile(placement, previous);
    else if (!lookAt(placement.to)) mkdirSync(placement.to, { mode: placement.mode | 0o700 });
  }
  // Only now: a folder may be closed to its own owner.
  for (const placement of placements) if (placement.kind === 'folder') finishFolder(placement, previous, owner);
  await syncDisks(placements.map(({ to }) => path.dirname(to)));
}

async function moveFile({ from, to }: Extract<Placement, { kind: 'file' }>, previous: PreviousFiles): Promise<void> {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    const beside = previous.besideOf(to);
    rmSync(beside, { force: true });
    await copyWithAttributes(from, beside);
    renameSync(beside, to);
  }
}

/** A folder that was there keeps its mode and owner. */
function finishFolder(
  { to, mode, isAbove }: Extract<Placement, { kind: 'folder' }>,
  previous: PreviousFiles,
  owner: Owner | null,
): void {
  if (!previous.wasAbsent(to)) return;
  if (owner && !isAbove) chownSync(to, owner.uid, owner.gid);
  chmodSync(to, mode);
}
