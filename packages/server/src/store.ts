import { sql } from 'kysely';
import type pg from 'pg';
import type { Config } from './config.ts';
import { type Db, openDatabase, rows } from './platform/database/database.ts';
import { findRunningPostgres, startEmbeddedPostgres } from './platform/database/embedded-postgres.ts';
import { migrate, migrationsFolder } from './platform/database/migrate.ts';
import { openPool } from './platform/database/open-pool.ts';
import { SwitchablePool } from './platform/database/switchable-pool.ts';
import type { Log } from './platform/log.ts';

/** The database of an installation, with its tables. */
export type Store = { db: Db; pool: SwitchablePool; isReady: () => Promise<boolean>; close: () => Promise<void> };

/** Opens the embedded PostgreSQL in the data folder, or one's own by its URL, and brings its tables up to date. */
export async function openStore(config: Config, log: Log, onLost: (why: string) => void): Promise<Store> {
  const pool = new SwitchablePool();
  const db = openDatabase(pool);
  const postgres = config.databaseUrl
    ? { connection: { connectionString: config.databaseUrl }, stop: async () => {} }
    : await startEmbeddedPostgres({
        home: config.home,
        log,
        onLost: () => pool.close(),
        onRegained: async (connection) => pool.open(connection),
        onGivenUp: onLost,
      });
  // At once, and not after the migrations: the database may be lost and regained while they run.
  pool.open(postgres.connection);
  try {
    await bringUpToDate(postgres.connection);
  } catch (error) {
    await pool.close();
    await postgres.stop();
    throw error;
  }
  return {
    db,
    pool,
    isReady: () =>
      rows(db, sql`select 1`).then(
        () => true,
        () => false,
      ),
    close: async () => {
      await pool.close();
      await postgres.stop();
    },
  };
}

/**
 * Opens the database for a command beside the server: where the embedded PostgreSQL runs already, its tables are the
 * server's affair.
 */
export async function openStoreOnThisMachine(config: Config, log: Log): Promise<Store> {
  const running = config.databaseUrl === null ? await findRunningPostgres(config.home) : null;
  if (running === null) return openStore(config, log, () => {});
  const pool = new SwitchablePool();
  pool.open(running);
  return { db: openDatabase(pool), pool, isReady: async () => true, close: () => pool.close() };
}

async function bringUpToDate(connection: pg.PoolConfig): Promise<void> {
  const pool = openPool({ ...connection, max: 1 });
  try {
    await migrate(pool, migrationsFolder);
  } finally {
    await pool.end();
  }
}
