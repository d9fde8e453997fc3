import type { PostgresPool } from 'kysely';
import pg from 'pg';
import { Refusal } from '../refusal.ts';

/**
 * A pool of connections that can be taken away and given back while the server runs: when the lock on the data folder
 * is lost, no connection may stay open, or two servers could write.
 */
export class SwitchablePool implements PostgresPool {
  #pool: pg.Pool | null = null;

  /** Connections are made to this database from now on. */
  open(connection: pg.PoolConfig): void {
    const pool = new pg.Pool({ max: 20, connectionTimeoutMillis: 10_000, ...connection });
    // A connection that breaks fails its query, or is replaced at its next use; without these listeners it would end
    // the process: the pool listens to its idle connections only.
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    this.#pool = pool;
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
