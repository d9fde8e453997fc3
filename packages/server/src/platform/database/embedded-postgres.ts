import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { prepareHome, refuseWithoutRoom } from './data-home.ts';
import { lockDataHome } from './data-home-lock.ts';
import { providePostgres } from './postgres-binaries.ts';
import { type Cluster, databaseUser, initialize, writtenMajor } from './postgres-process.ts';
import { choosePostgresUser } from './postgres-user.ts';
import { postmasterFile, readPostmasterNote } from './postmaster-file.ts';
import { connectToRunning, type Reached, reachPostgres } from './reach-postgres.ts';
import { isRunning } from './running-process.ts';
import { removeSocketFolder } from './socket-folder.ts';
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
  const cluster = prepareCluster(home);
  const stopping = new AbortController();
  let held: Reached | null = await takeHome(cluster, stopping.signal);
  let regaining = Promise.resolve();
  watch(held);

  function watch(reached: Reached): void {
    reached.client.once('end', () => {
      if (!stopping.signal.aborted) regaining = regain(reached).catch(giveUp);
    });
  }

  async function regain(lost: Reached): Promise<void> {
    held = null;
    log.error('The connection that holds the data folder is lost; the database is started again');
    await onLost?.();
    held = await takeHome(cluster, stopping.signal);
    if (held.socketFolder !== lost.socketFolder) removeSocketFolder(home, lost.socketFolder);
    watch(held);
    if (stopping.signal.aborted) return;
    await onRegained?.(connectionTo(held));
    log.info('The database is back');
  }

  function giveUp(error: Error): void {
    if (stopping.signal.aborted) return;
    log.error({ err: error }, 'The database is lost');
    onGivenUp?.(error.message);
  }

  return {
    connection: connectionTo(held),
    stop: async () => {
      stopping.abort();
      await regaining;
      if (held !== null) await shutDown(home, held, log);
      held = null;
    },
  };
}

/** The way to a PostgreSQL that runs in this data home, for a command beside the server; null where none runs. */
export async function findRunningPostgres(home: string): Promise<PostgresConnection | null> {
  const found = await connectToRunning(home);
  if (typeof found === 'string') return null;
  await found.client.end();
  return connectionTo(found);
}

const database = 'tideway';
const shutDownPatienceMs = 60_000;

function prepareCluster(home: string): Cluster {
  prepareHome(home);
  const written = writtenMajor(home);
  if (written === null) refuseWithoutRoom(home);
  const user = choosePostgresUser(home);
  const cluster = { home, user, binaries: providePostgres(home, written) };
  if (written === null) initialize(cluster);
  return cluster;
}

const mostTries = 10;

async function takeHome(cluster: Cluster, signal: AbortSignal, tries = 1): Promise<Reached> {
  const reached = await reachPostgres(cluster, signal);
  try {
    await lockDataHome(reached.client, cluster.home);
    const { rowCount } = await reached.client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await reached.client.query(`create database ${database}`);
    return reached;
  } catch (error) {
    await reached.client.end().catch(() => {});
    // It may have died in the instant in which it was reached.
    if (error instanceof StoreUnusable || tries === mostTries) throw error;
    return takeHome(cluster, signal, tries + 1);
  }
}

function connectionTo({ socketFolder }: Reached): PostgresConnection {
  return { host: socketFolder, user: databaseUser, database };
}

/** Ends PostgreSQL in its fast way, an adopted one as well: open transactions are rolled back, the rest is written. */
async function shutDown(home: string, { client, socketFolder }: Reached, log: Log): Promise<void> {
  // Read while the lock is held: later the process id could be another program's.
  const note = readPostmasterNote(home);
  await client.end().catch(() => {});
  if (note === null || !interrupt(note.pid)) return;
  const deadline = Date.now() + shutDownPatienceMs;
  // One that was killed leaves its file behind.
  const isEnding = () => existsSync(postmasterFile(home)) && isRunning(note.pid);
  while (isEnding() && Date.now() < deadline) await delay(10);
  if (Date.now() < deadline) removeSocketFolder(home, socketFolder);
  else log.warn('PostgreSQL has not ended yet; it goes on writing its data in the background');
}

/** False where no such process is left. */
function interrupt(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGINT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
