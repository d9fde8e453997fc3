import { readFileSync, statSync, writeFileSync } from 'node:fs';
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

/**
 * Makes the note that a killed postmaster has left harmless where its number belongs to another program by now, as after
 * a boot: PostgreSQL would take that one for itself and not start. Only the number is changed, to one that nobody has:
 * what else the note says keeps PostgreSQL from starting beside processes that are left over.
 */
export function disownPostmasterNote(home: string): void {
  const note = readPostmasterNote(home);
  if (note === null || !isSomebodyElse(home, note.pid)) return;
  const [, ...others] = readFileSync(postmasterFile(home), 'utf8').split('\n');
  writeFileSync(postmasterFile(home), [nobodysPid, ...others].join('\n'));
}

const nobodysPid = 2 ** 31 - 1;

/** Whether a process runs under this number that is certainly not the postmaster of the data home. */
function isSomebodyElse(home: string, pid: number): boolean {
  try {
    const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (!/(^|\/)postgres$/.test(program)) return program !== '';
    // A postmaster works in its data folder.
    const [its, ours] = [statSync(`/proc/${pid}/cwd`), statSync(clusterFolder(home))];
    return its.dev !== ours.dev || its.ino !== ours.ino;
  } catch {
    return false;
  }
}

/** PostgreSQL removes this file itself, as the last thing it does. */
export function postmasterFile(home: string): string {
  return join(clusterFolder(home), 'postmaster.pid');
}
