import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { giveToOwner, ownerOf } from './data-home.ts';

/**
 * A folder for PostgreSQL's socket that only its owner may enter: `run` in the data home, or a short one of its own
 * where that is too long, as the path of a socket ends at 107 bytes.
 */
export function makeSocketFolder(home: string): string {
  const usual = join(home, 'run');
  const folder = Buffer.byteLength(usual) > longestPath ? mkdtempSync(shortPrefix) : usual;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  giveToOwner(home, folder);
  return folder;
}

/** Removes a short folder that is not needed any more. */
export function removeSocketFolder(home: string, folder: string): void {
  if (dirname(folder) !== dirname(shortPrefix) || !isOfOwner(home, folder)) return;
  rmSync(folder, { recursive: true, force: true });
}

/** Whether nobody but the owner of the data can have put a socket there: others may write in /tmp, too. */
export function isOfOwner(home: string, folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found !== undefined && found.uid === ownerOf(home).uid && (found.mode & 0o077) === 0;
}

const longestPath = 88;
const shortPrefix = '/tmp/tw-';
