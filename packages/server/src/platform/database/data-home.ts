import {
  accessSync,
  constants,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './running-process.ts';
import { StoreUnusable } from './store-unusable.ts';

/** Makes the data home where it is missing, and refuses one that belongs to somebody else. */
export function prepareHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    for (const folder of [home, clusterFolder(home)]) if (existsSync(folder)) accessSync(folder, readWriteEnter);
    removeLeftovers(home);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      throw new StoreUnusable(`The data folder ${home} is no folder: set TIDEWAY_HOME to one`);
    }
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new StoreUnusable(`The data folder ${home} belongs to another user: start as its owner, or set TIDEWAY_HOME`);
  }
}

/** Where PostgreSQL keeps its files. */
export function clusterFolder(home: string): string {
  return join(home, 'data');
}

/** Refuses a first start where the disk has no room for it: it would fail half way. */
export function refuseWithoutRoom(home: string): void {
  const { bavail, bsize } = statfsSync(home);
  const freeMiB = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMiB >= neededMiB) return;
  throw new StoreUnusable(
    `The data folder ${home} has ${freeMiB} MiB of free disk; the database needs ${neededMiB} MiB to start`,
  );
}

/** A name beside `path` that is given up at the end by a rename. The process id tells leftovers from work in progress. */
export function temporaryName(path: string): string {
  return `${path}.tmp-${process.pid}-${Date.now()}`;
}

/** Gives a finished folder its name. Who comes second removes its own: the two are alike. */
export function renameUnlessThere(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  }
}

export type Owner = { uid: number; gid: number };

/** Whom the data belongs to, or the home before there is any; PostgreSQL runs as this user. */
export function ownerOf(home: string): Owner {
  const { uid, gid } = statSync(existsSync(clusterFolder(home)) ? clusterFolder(home) : home);
  return { uid, gid };
}

/** Gives what root has made in a data home to the owner of the data. For everybody else it is theirs already. */
export function giveToOwner(home: string, path: string): void {
  if (isRoot()) giveTo(ownerOf(home), path);
}

/** Gives a file, or a folder with all that is in it, to another user. */
export function giveTo({ uid, gid }: Owner, path: string): void {
  const found = statSync(path);
  if (found.uid === uid) return;
  const inside = found.isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  for (const name of inside) lchownSync(join(path, name), uid, gid);
  // The folder last: where this is cut off, it is done again.
  lchownSync(path, uid, gid);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

const neededMiB = 300;
const readWriteEnter = constants.R_OK | constants.W_OK | constants.X_OK;

/** Removes what starts that were cut off have left behind. */
function removeLeftovers(home: string): void {
  for (const name of readdirSync(home)) {
    const pid = /\.tmp-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(home, name), { recursive: true, force: true });
  }
}
