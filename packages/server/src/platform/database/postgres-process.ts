import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresBinaries, refuseWithoutRoom, renameUnlessThere, temporaryName } from './postgres-binaries.ts';
import { StoreUnusable } from './store-unusable.ts';

/** The role that owns everything in the embedded database. */
export const databaseUser = 'tideway';

/** Makes an empty cluster in `data` where there is none. */
export function initialize(binaries: PostgresBinaries, home: string, data: string): void {
  if (existsSync(join(data, 'PG_VERSION'))) return;
  refuseWithoutRoom(home);
  const temporary = temporaryName(data);
  const [command, ...words] = asUnprivileged(home, [
    join(binaries.folder, 'initdb'),
    ...['-D', temporary, '-U', databaseUser, '-E', 'UTF8', '--auth-local=trust', '--auth-host=reject'],
    ...['--data-checksums', '--no-instructions'],
    // A collation of PostgreSQL's own does not change with the system's C library; known from version 17 on.
    ...(binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C.UTF-8']),
  ]);
  const made = spawnSync(command, words, { cwd: '/', encoding: 'utf8', env: environment(), ...identity(home) });
  if (made.status !== 0) {
    throw new StoreUnusable(`The database could not be made in ${home}: ${made.stderr || made.error?.message}`);
  }
  renameUnlessThere(temporary, data);
}

/** Starts the postmaster. It belongs to no terminal and lives on when this process is killed: the next one adopts it. */
export function spawnPostmaster(binaries: PostgresBinaries, home: string, data: string, socket: string): ChildProcess {
  const [command, ...words] = asUnprivileged(home, [
    join(binaries.folder, 'postgres'),
    ...['-D', data, '-k', socket],
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  const log = openSync(join(home, 'postgresql.log'), 'a', 0o600);
  try {
    const child = spawn(command, words, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      env: environment(),
      ...identity(home),
    });
    child.unref();
    // A program that cannot be started shows as one that has ended; the log and the retries tell the rest.
    child.on('error', () => {});
    return child;
  } finally {
    closeSync(log);
  }
}

/** The socket's folder of a running postmaster, from the fifth line of its pid file; null where none is noted. */
export function notedSocketFolder(data: string): string | null {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[4] || null;
  } catch {
    return null;
  }
}

/** Process id of the postmaster as its pid file has it; null where none is noted. */
export function notedPid(data: string): number | null {
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** A folder for the socket that only its owner may enter. The path of a socket ends at 107 bytes. */
export function makeSocketFolder(home: string): string {
  const usual = join(home, 'run');
  if (Buffer.byteLength(usual) > 88) return mkdtempSync(join(tmpdir(), 'tw-'));
  mkdirSync(usual, { recursive: true, mode: 0o700 });
  chmodSync(usual, 0o700);
  return usual;
}

const settings = [
  'listen_addresses=',
  'unix_socket_permissions=0700',
  'max_connections=100',
  'shared_buffers=128MB',
  'synchronous_commit=on',
  'wal_compression=on',
  'timezone=UTC',
];

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

/** PostgreSQL refuses to run as root: inside a user namespace root is nobody, and the files still belong to it. */
function asUnprivileged(home: string, command: string[]): [string, ...string[]] {
  const prefix =
    isRoot() && ownerOf(home).uid === 0 ? ['unshare', '--user', '--map-user=65534', '--map-group=65534'] : [];
  const [program, ...words] = [...prefix, ...command];
  if (program === undefined) throw new Error('There is no command to run');
  return [program, ...words];
}

/** As root on a folder that belongs to somebody else, PostgreSQL runs as this owner. */
function identity(home: string): { uid?: number; gid?: number } {
  const owner = ownerOf(home);
  return isRoot() && owner.uid !== 0 ? owner : {};
}

function ownerOf(home: string): { uid: number; gid: number } {
  const { uid, gid } = statSync(home);
  return { uid, gid };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
