import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { demandDisk } from './json-file.ts';
import { identifyProcess, isSameProcess, processIdentitySchema, processStatus } from './process-identity.ts';

/** Another agent works with the same state folder. */
export class StateInUse extends Error {}

/** Makes this process the only agent of a state folder until it ends. Gives what releases it; throws StateInUse. */
export function lockState(folder: string): () => void {
  const lock = path.join(folder, 'agent.pid');
  const own = `${lock}.${process.pid}`;
  try {
    const identity = JSON.stringify(identifyProcess(process.pid));
    demandDisk(own, () => writeFileSync(own, identity, { mode: 0o600 }));
    if (!claim(own, lock)) {
      waitForExit(lock);
      removeStale(lock, folder);
      if (!claim(own, lock)) throw new StateInUse(sentence(folder, holderOf(lock)));
    }
  } finally {
    rmSync(own, { force: true });
  }
  removeLeftovers(folder);
  return () => release(lock);
}

/** The number of the agent that works with a state folder; null where none does. */
export function findAgent(folder: string): number | null {
  return holderOf(path.join(folder, 'agent.pid'));
}

/** What agents have left that were killed while they locked. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^agent\.pid\.(?:stale-)?(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && identifyProcess(Number(pid)) === null) rmSync(path.join(folder, name), { force: true });
  }
}

/** One that stays on a disk that gives nothing away is stale as soon as this process has ended. */
function release(lock: string): void {
  try {
    rmSync(lock, { force: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EROFS')) throw error;
  }
}

/** A link, not an open with O_EXCL: the lock then never exists without its content. */
function claim(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function removeStale(lock: string, folder: string): void {
  const holder = holderOf(lock);
  if (holder !== null) throw new StateInUse(sentence(folder, holder));
  const aside = `${lock}.stale-${process.pid}`;
  renameIfThere(lock, aside);
  // Between reading and renaming another agent may have taken the stale lock's place: give it back.
  const moved = holderOf(aside);
  if (moved !== null) claim(aside, lock);
  rmSync(aside, { force: true });
  if (moved !== null) throw new StateInUse(sentence(folder, moved));
}

/** The number of the living process that the lock names, or null. */
function holderOf(lock: string): number | null {
  const pid = namedBy(lock);
  return pid === null || processStatus(pid)?.isExiting !== false ? null : pid;
}

/** Waits until one that was just killed has closed its files. */
function waitForExit(lock: string): void {
  for (let waitedMs = 0; waitedMs < longestExitMs; waitedMs += 20) {
    const pid = namedBy(lock);
    const status = pid === null ? null : processStatus(pid);
    if (!status?.isExiting || status.state === 'Z') return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

const longestExitMs = 2000;

/** The number of the process that the lock names; null where that is gone. */
function namedBy(lock: string): number | null {
  try {
    const named = processIdentitySchema.safeParse(JSON.parse(readFileSync(lock, 'utf8')));
    return named.success && isSameProcess(named.data, identifyProcess(named.data.pid)) ? named.data.pid : null;
  } catch {
    return null;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function sentence(folder: string, holder: number | null): string {
  return `Another agent${holder === null ? '' : ` (process ${holder})`} already works with ${folder}; give this one a --state folder of its own.`;
}
