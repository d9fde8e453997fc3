import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterFolder } from './data-home.ts';

/** What a postmaster notes about itself in the data folder. After a kill it stays, and says what was. */
export type PostmasterNote = { pid: number; socketFolder: string };

/** The note in the data home; null where none is, or where a starting postmaster has not yet written all of it. */
export function readPostmasterNote(home: string): PostmasterNote | null {
  try {
    const [pid, , , , socketFolder] = readFileSync(postmasterFile(home), 'utf8').split('\n');
    return Number(pid) > 0 && socketFolder ? { pid: Number(pid), socketFolder } : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EACCES') throw error;
    return null;
  }
}

/** PostgreSQL removes this file itself, as the last thing it does. */
export function postmasterFile(home: string): string {
  return join(clusterFolder(home), 'postmaster.pid');
}
