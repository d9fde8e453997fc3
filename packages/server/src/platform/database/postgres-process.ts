import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterFolder, giveToOwner, renameUnlessThere, temporaryName } from './data-home.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { PostgresUser } from './postgres-user.ts';
import { StoreUnusable } from './store-unusable.ts';

/** What is needed to run PostgreSQL in a data home. */
export type Cluster = { home: string; binaries: PostgresBinaries; user: PostgresUser };

/** The role that owns everything in the embedded database. */
export const databaseUser = 'tideway';

/** The major version of PostgreSQL that has written the data in `home`; null where there is none yet. */
export function writtenMajor(home: string): number | null {
  const file = join(clusterFolder(home), 'PG_VERSION');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : null;
}

/** Makes an empty cluster. */
export function initialize({ home, binaries, user }: Cluster): void {
  const temporary = temporaryName(clusterFolder(home));
  const [command = '', ...words] = [
    ...user.prefix,
    join(binaries.folder, 'initdb'),
    ...['-D', temporary, '-U', databaseUser, '-E', 'UTF8', '--auth-local=trust', '--auth-host=reject'],
    ...['--data-checksums', '--no-instructions'],
    // A collation of PostgreSQL's own does not change with the system's C library; known from version 17 on.
    ...(binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C.UTF-8']),
  ];
  const made = spawnSync(command, words, { ...spawnOptions(user), encoding: 'utf8' });
  if (made.status !== 0) {
    throw new StoreUnusable(`The database could not be made in ${home}: ${made.error?.message ?? made.stderr.trim()}`);
  }
  renameUnlessThere(temporary, clusterFolder(home));
}

/** Starts the postmaster. It belongs to no terminal and lives on when this process is killed: the next one adopts it. */
export function spawnPostmaster({ home, binaries, user }: Cluster, socketFolder: string): ChildProcess {
  const data = clusterFolder(home);
  const [command = '', ...words] = [
    ...user.prefix,
    join(binaries.folder, 'postgres'),
    ...['-D', data, '-k', socketFolder],
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
  const log = openSync(logFile(home), 'a', 0o600);
  try {
    giveToOwner(home, logFile(home));
    const child = spawn(command, words, { ...spawnOptions(user), detached: true, stdio: ['ignore', log, log] });
    child.unref();
    // A program that cannot be started shows as one that has ended, which is what is asked of it.
    child.on('error', () => {});
    return child;
  } finally {
    closeSync(log);
  }
}

/** Why PostgreSQL ended, in its own words: the last fatal line of its log. */
export function lastComplaint(home: string): string {
  const complaints = existsSync(logFile(home)) ? readFileSync(logFile(home), 'utf8').match(/FATAL: .*/g) : null;
  return complaints?.at(-1)?.replace(/^FATAL:\s+/, '') ?? 'it gave no reason';
}

export function logFile(home: string): string {
  return join(home, 'postgresql.log');
}

const settings = [
  'listen_addresses=',
  'unix_socket_permissions=0700',
  'max_connections=100',
  'shared_buffers=128MB',
  'fsync=on',
  'synchronous_commit=on',
  'wal_compression=on',
  'log_checkpoints=off',
  'timezone=UTC',
];

function spawnOptions({ uid, gid }: PostgresUser): SpawnOptions {
  return {
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  };
}
