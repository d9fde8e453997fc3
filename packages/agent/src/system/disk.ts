import { execFile } from 'node:child_process';
import { statfsSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { StepFailure } from '../steps/step.ts';

/** Bytes that can still be written on the file system of `folder`. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** The size of the file system of `folder`. */
export function diskBytes(folder: string): number {
  const { blocks, bsize } = statfsSync(folder);
  return blocks * bsize;
}

/**
 * Throws StepFailure `no_room`, with the numbers, where `bytes` do not fit on the file system of `folder`.
 * @param keepFree bytes that are to stay free beside them
 */
export function demandRoom(folder: string, bytes: number, what: string, keepFree = 0): void {
  const missing = bytes + keepFree - freeBytes(folder);
  if (missing <= 0 || makeRoom(folder, missing) >= missing) return;
  const kept = keepFree > 0 ? `, and ${inWords(keepFree)} are to stay free` : '';
  const free = inWords(freeBytes(folder));
  throw new StepFailure('no_room', `${what} needs ${inWords(bytes)}${kept}, but only ${free} are free in ${folder}.`);
}

/** Bytes that are to stay free on the file system of `folder`. */
export function keptFree(folder: string): number {
  return keptFreeOf(diskBytes(folder));
}

/** Has so many bytes of a disk of a size stay free. */
export function keepDisksFree(bytesOf: typeof keptFreeOf): void {
  keptFreeOf = bytesOf;
}

let keptFreeOf: (diskBytes: number) => number = () => 0;

/** Removes what can be done without, and gives how many bytes of the file system of `folder` came free. */
export function makeRoom(folder: string, bytes: number): number {
  // Nothing is removed: what others free meanwhile is not room that was made.
  if (giveWay === null) return 0;
  const before = freeBytes(folder);
  giveWay(folder, bytes);
  return freeBytes(folder) - before;
}

/** Has `remove` called where there is no room on the file system of a folder; null where nothing can be removed. */
export function whenDiskIsLow(remove: typeof giveWay): void {
  giveWay = remove;
}

let giveWay: ((folder: string, bytes: number) => void) | null = null;

/**
 * Returns when all that was written so far on the file systems of these folders survives a power cut. One call for a
 * whole tree: thousands of files cost a second so, and minutes when each is forced to the disk alone.
 */
export async function syncDisks(folders: string[]): Promise<void> {
  const byDevice = new Map([...new Set(folders)].map((folder) => [statSync(folder).dev, folder]));
  for (const folder of byDevice.values()) {
    // Small systems have a `sync` that knows no `-f` and always takes all file systems.
    await run('sync', ['-f', '--', folder]).catch(() => run('sync', []));
  }
}

/**
 * To be awaited within long synchronous work: lets the rest of the agent, its channel above all, have its turn, and
 * throws the signal's reason where the work was called off.
 */
export function pacing(signal?: AbortSignal): () => Promise<void> {
  let turnBeganMs = performance.now();
  return async () => {
    if (performance.now() - turnBeganMs < longestTurnMs) return;
    await setImmediate();
    signal?.throwIfAborted();
    turnBeganMs = performance.now();
  };
}

/** A number of bytes as people read it. */
export function inWords(bytes: number): string {
  const unit = units.findLast(({ size }) => bytes >= size);
  return unit ? `${(bytes / unit.size).toFixed(1)} ${unit.name}` : `${bytes} bytes`;
}

const units = [
  { name: 'kB', size: 1e3 },
  { name: 'MB', size: 1e6 },
  { name: 'GB', size: 1e9 },
];

const longestTurnMs = 20;

const run = promisify(execFile);
