import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { clusterFolder } from './data-home.ts';
import { type Cluster, databaseUser, lastComplaint, logFile, spawnPostmaster } from './postgres-process.ts';
import { disownPostmasterNote, readPostmasterNote } from './postmaster-file.ts';
import { isOfOwner, makeSocketFolder, removeSocketFolder } from './socket-folder.ts';
import { StoreUnusable } from './store-unusable.ts';

/** A connection to the PostgreSQL of a data home, and the folder of its socket. */
export type Reached = { client: pg.Client; socketFolder: string };

/** Connects to the PostgreSQL of a data home, and starts it where it does not run. Ends what it started when aborted. */
export async function reachPostgres(cluster: Cluster, signal: AbortSignal): Promise<Reached> {
  const { home } = cluster;
  let postmaster: ChildProcess | null = null;
  let folder: string | null = null;
  let patientUntil = Date.now() + patienceMs;
  while (Date.now() < patientUntil) {
    if (signal.aborted) await end(postmaster);
    signal.throwIfAborted();
    const found = await connectToRunning(home);
    if (typeof found === 'object') {
      if (folder !== null && folder !== found.socketFolder) removeSocketFolder(home, folder);
      return found;
    }
    // Reading a long log after a crash takes its time, and it ends.
    if (found === 'busy') patientUntil = Date.now() + patienceMs;
    if (found === 'nobody' && !isRunning(postmaster)) {
      if (postmaster !== null) await delay(200);
      disownPostmasterNote(home);
      folder ??= makeSocketFolder(home);
      postmaster = spawnPostmaster(cluster, folder);
    }
    await delay(15);
  }
  throw new StoreUnusable(
    `The database in ${home} does not start: ${lastComplaint(home)}. Its log is ${logFile(home)}`,
  );
}

/**
 * Connects to the PostgreSQL that runs in a data home. Otherwise `nobody` where none listens, `busy` where it is
 * starting or ending, `failing` where it gives no connection.
 */
export async function connectToRunning(home: string): Promise<Reached | 'nobody' | 'busy' | 'failing'> {
  const note = readPostmasterNote(home);
  if (note === null || !isOfOwner(home, note.socketFolder)) return 'nobody';
  const client = new pg.Client({
    host: note.socketFolder,
    user: databaseUser,
    database: 'postgres',
    application_name: `tideway server ${process.pid} on ${hostname()}`,
    connectionTimeoutMillis: 10_000,
  });
  // A connection that breaks shows as its end, and in the query that waits for it.
  client.on('error', () => {});
  try {
    await client.connect();
    if (await serves(client, home)) return { client, socketFolder: note.socketFolder };
    await client.end();
    return 'nobody';
  } catch (error) {
    await client.end().catch(() => {});
    return meaningOf(error);
  }
}

/** The pid file of a killed postmaster keeps a new one out until the system has cleared the old process away. */
const patienceMs = 20_000;

/** A copied data home still notes the socket of the one that it was copied from. */
async function serves(client: pg.Client, home: string): Promise<boolean> {
  const { rows } = await client.query<{ data_directory: string }>('show data_directory');
  const served = statSync(rows[0]?.data_directory ?? '', { throwIfNoEntry: false });
  const own = statSync(clusterFolder(home));
  return served !== undefined && served.dev === own.dev && served.ino === own.ino;
}

function meaningOf(error: unknown): 'nobody' | 'busy' | 'failing' {
  const { code } = error as { code?: string };
  const cannotConnectNow = '57P03';
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'nobody';
  return code === cannotConnectNow ? 'busy' : 'failing';
}

function isRunning(child: ChildProcess | null): child is ChildProcess {
  return child !== null && child.exitCode === null && child.signalCode === null;
}

async function end(postmaster: ChildProcess | null): Promise<void> {
  if (!isRunning(postmaster)) return;
  const ended = once(postmaster, 'exit');
  postmaster.kill('SIGINT');
  await ended;
}
