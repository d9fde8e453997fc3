import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, migrate, migrationsFolder, startEmbeddedPostgres } from '@tideway/server';
import pg from 'pg';

export type Connection = { host: string; user: string; database: string };

/** The embedded PostgreSQL as the server runs it, with a database for each fleet. */
export type BenchDatabases = {
  /** An empty database with all tables. */
  create: (name: string) => Promise<Connection>;
  /** A folder for a server's files. */
  makeHome: (name: string) => string;
  stop: () => Promise<void>;
};

/** Starts a PostgreSQL in a temporary folder that is gone afterwards. */
export async function startDatabases(): Promise<BenchDatabases> {
  const folder = mkdtempSync(join(tmpdir(), 'tideway-bench-'));
  const { connection, stop } = await startEmbeddedPostgres({ home: folder, log: createLog('silent') });
  return {
    create: async (name) => {
      const created = { ...connection, database: name };
      await using(connection, (pool) => pool.query(`create database ${name}`));
      await using(created, (pool) => migrate(pool, migrationsFolder));
      return created;
    },
    makeHome: (name) => mkdtempSync(join(folder, `${name}-`)),
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function using(connection: Connection, work: (pool: pg.Pool) => Promise<unknown>): Promise<void> {
  const pool = new pg.Pool({ ...connection, max: 1 });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}
