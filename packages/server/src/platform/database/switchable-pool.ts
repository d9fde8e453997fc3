import type { PostgresPool } from 'kysely';
import type pg from 'pg';
import { Refusal } from '../refusal.ts';
import { openPool } from './open-pool.ts';

/**
 * A pool of connections that can be taken away and given back while the server runs: when the lock on the data folder
 * is lost, no connection may stay open, or two servers could write.
 */
export class SwitchablePool implements PostgresPool {
  #pool: pg.Pool | null = null;

  /** Connections are made to this database from now on. */
  open(connection: pg.PoolConfig): void {
    this.#pool = openPool({ max: 20, connectionTimeoutMillis: 10_000, ...connection });
  }

  /** Ends every connection; who asks for one is refused as `unavailable` until `open` is called again. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    await pool?.end().catch(() => {});
  }

  async connect(): Promise<pg.PoolClient> {
    if (this.#pool === null) {
      throw new Refusal('unavailable', 'The database cannot be reached at the moment', { retryAfterS: 2 });
    }
    return this.#pool.connect();
  }

  async end(): Promise<void> {
    await this.close();
  }
}
