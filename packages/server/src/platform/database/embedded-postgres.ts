import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../log.ts';
import { type PostgresBinaries, providePostgres, removeLeftovers } from './postgres-binaries.ts';
import {
  databaseUser,
  initialize,
  makeSocketFolder,
  notedPid,
  notedSocketFolder,
  spawnPostmaster,
} from './postgres-process.ts';
import { StoreUnusable } from './store-unusable.ts';

export type PostgresConnection = { host: string; user: string; database: string };

export type EmbeddedPostgres = {
  connection: PostgresConnection;
  /** Shuts PostgreSQL down and lets go of the data folder. Every other connection must be closed before. */
  stop: () => Promise<void>;
};

export type EmbeddedPostgresOptions = {
  /** The data home; made where it is missing. */
  home: string;
  log: Log;
  /** PostgreSQL died and with it the lock on the folder: no connection may be used or opened until `onRegained`. */
  onLost?: () => Promise<void>;
  onRegained?: (connection: PostgresConnection) => Promise<void>;
  /** The folder could not be had again: another server has it, or PostgreSQL does not start any more. */
  onGivenUp?: (why: string) => void;
};

/**
 * Runs the real PostgreSQL in a data home, for one server at a time. A postmaster that outlived a killed server is
 * adopted; one that dies is started again. Throws StoreUnusable where the folder cannot be had.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { home, log, onLost, onRegained, onGivenUp } = options;
  prepareHome(home);
  const place = { home, data: join(home, 'data'), binaries: providePostgres(home) };
  initialize(place.binaries, home, place.data);
  let lock = await takeFolder(place);
  let isStopping = false;

  const watch = (): void => {
    lock.client.once('end', () => {
      if (!isStopping) regain().catch((error: Error) => onGivenUp?.(error.message));
    });
  };
  const regain = async (): Promise<void> => {
    log.error('The connection that holds the data folder is lost; the database is started again');
    await onLost?.();
    if (isStopping) return;
    lock = await takeFolder(place);
    watch();
    await onRegained?.(lock.connection);
    log.info('The database is back');
  };
  watch();

  return {
    connection: lock.connection,
    stop: async () => {
      isStopping = true;
      await shutDown(place.data, lock.client);
    },
  };
}

/** The way to a PostgreSQL that runs in this data home, for a command beside the server; null where none runs. */
export async function findRunningPostgres(home: string): Promise<PostgresConnection | null> {
  const socket = notedSocketFolder(join(home, 'data'));
  if (socket === null) return null;
  const client = await connect(socket, 'postgres').catch(() => null);
  await client?.end();
  return client && { host: socket, user: databaseUser, database: 'tideway' };
}

type Place = { home: string; data: string; binaries: PostgresBinaries };
type Lock = { client: pg.Client; connection: PostgresConnection };

/** The pid file of a killed postmaster keeps a new one out until the system has cleared the old process away. */
const patienceMs = 20_000;

function prepareHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
    if (existsSync(join(home, 'data')))
      accessSync(join(home, 'data'), constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new StoreUnusable(`The data folder ${home} belongs to another user: start as its owner, or set TIDEWAY_HOME`);
  }
  removeLeftovers(home);
}

async function takeFolder(place: Place): Promise<Lock> {
  const { client, socket } = await reachPostgres(place);
  // Errors show as the end of the connection, which is what is watched.
  client.on('error', () => {});
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock(7433, 1) as taken');
  if (!rows[0]?.taken) {
    const holder = await describeHolder(client);
    await client.end();
    throw new StoreUnusable(`The data folder ${place.home} is in use by another server (${holder})`);
  }
  await client.query(`create database tideway`).catch(ignoreDuplicate);
  return { client, connection: { host: socket, user: databaseUser, database: 'tideway' } };
}

/** Connects to the PostgreSQL of the data folder, and starts it where it does not run. */
async function reachPostgres({ home, data, binaries }: Place): Promise<{ client: pg.Client; socket: string }> {
  const deadline = Date.now() + patienceMs;
  const adopted = notedSocketFolder(data);
  const socket = adopted !== null && existsSync(adopted) ? adopted : makeSocketFolder(home);
  let postmaster = null;
  let lastError: Error | null = null;
  while (Date.now() < deadline) {
    try {
      return { client: await connect(socket, 'postgres'), socket };
    } catch (error) {
      lastError = error as Error;
    }
    const hasEnded = postmaster === null || postmaster.exitCode !== null || postmaster.signalCode !== null;
    if (hasEnded && isNobodyListening(lastError)) {
      if (postmaster !== null) await delay(200);
      postmaster = spawnPostmaster(binaries, home, data, socket);
    }
    await delay(15);
  }
  throw new StoreUnusable(
    `The database in ${home} did not start: ${lastError?.message}. Its log is ${join(home, 'postgresql.log')}`,
  );
}

async function connect(socket: string, database: string): Promise<pg.Client> {
  const client = new pg.Client({
    host: socket,
    user: databaseUser,
    database,
    application_name: `tideway server ${process.pid} on ${hostname()}`,
  });
  await client.connect();
  return client;
}

function isNobodyListening(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

async function describeHolder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ application_name: string }>(
    `select a.application_name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.classid = 7433 and l.granted`,
  );
  return rows[0]?.application_name ?? 'which has just ended; try again';
}

function ignoreDuplicate(error: unknown): void {
  const duplicateDatabase = '42P04';
  if (!(error instanceof pg.DatabaseError) || error.code !== duplicateDatabase) throw error;
}

/** Ends PostgreSQL in its fast way, an adopted one as well: open transactions are rolled back, the rest is written. */
async function shutDown(data: string, lock: pg.Client): Promise<void> {
  const pid = notedPid(data);
  await lock.end().catch(() => {});
  if (pid === null) return;
  signal(pid, 'SIGINT');
  const deadline = Date.now() + patienceMs;
  while (existsSync(join(data, 'postmaster.pid')) && Date.now() < deadline) await delay(10);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
