import { sql } from 'kysely';
import type pg from 'pg';
import type { Config } from './config.ts';
import { type Db, openDatabase, rows } from './platform/database/database.ts';
import { findRunningPostgres, startEmbeddedPostgres } from './platform/database/embedded-postgres.ts';
import { migrate, migrationsFolder } from './platform/database/migrate.ts';
import { openPool } from './platform/database/open-pool.ts';
import { StoreUnusable } from './platform/database/store-unusable.ts';
import { SwitchablePool } from './platform/database/switchable-pool.ts';
import type { Log } from './platform/log.ts';

/** The database of an installation, with its tables. */
export type Store = { db: Db; pool: SwitchablePool; isReady: () => Promise<boolean>; close: () => Promise<void> };

/** Opens the embedded PostgreSQL in the data folder, or one's own by its URL, and brings its tables up to date. */
export async function openStore(config: Config, log: Log, onLost: (why: string) => void): Promise<Store> {
  const pool = new SwitchablePool();
  const db = openDatabase(pool);
  const postgres = config.databaseUrl
    ? await reachOwn(config.databaseUrl)
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
 * Opens a database that has no tables yet, for a backup to be restored into it, and makes the tables newer where the
 * backup is older than this program. Gives what `restore` gives.
 */
export async function fillEmptyStore<Result>(
  config: Config,
  log: Log,
  restore: (client: pg.ClientBase) => Promise<Result>,
): Promise<Result> {
  const postgres = config.databaseUrl
    ? await reachOwn(config.databaseUrl)
    : await startEmbeddedPostgres({ home: config.home, log });
  try {
    const result = await withClient(postgres.connection, restore);
    await bringUpToDate(postgres.connection);
    return result;
  } finally {
    await postgres.stop();
  }
}

/** Does something on one connection to the database of an installation, also beside its server. */
export async function onConnection<Result>(
  config: Config,
  log: Log,
  work: (client: pg.ClientBase) => Promise<Result>,
): Promise<Result> {
  const running = config.databaseUrl === null ? await findRunningPostgres(config.home) : null;
  if (running) return withClient(running, work);
  const postgres = config.databaseUrl
    ? await reachOwn(config.databaseUrl)
    : await startEmbeddedPostgres({ home: config.home, log });
  try {
    return await withClient(postgres.connection, work);
  } finally {
    await postgres.stop();
  }
}

/** A PostgreSQL that somebody else runs. Throws StoreUnusable where it does not let us in. */
async function reachOwn(databaseUrl: string): Promise<{ connection: pg.PoolConfig; stop: () => Promise<void> }> {
  const connection = { connectionString: databaseUrl };
  await withClient(connection, async (client) => client.query('select 1')).catch((error: Error) => {
    throw new StoreUnusable(`The database of DATABASE_URL, ${placeOf(databaseUrl)}, cannot be used: ${error.message}`);
  });
  return { connection, stop: async () => {} };
}

/** Without user and password. */
function placeOf(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return 'which is no URL as postgresql://user@host/database';
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

async function withClient<Result>(
  connection: pg.PoolConfig,
  work: (client: pg.ClientBase) => Promise<Result>,
): Promise<Result> {
  const pool = openPool({ ...connection, max: 1 });
  try {
    const client = await pool.connect();
    return await work(client).finally(() => client.release());
  } finally {
    await pool.end();
  }
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
