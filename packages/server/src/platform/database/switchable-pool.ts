import type { PostgresPool } from 'kysely';
import pg from 'pg';
import { Refusal } from '../refusal.ts';
import { openPool } from './open-pool.ts';

/**
 * A pool of connections that can be taken away and given back while the server runs: when the lock on the data folder
 * is lost, no connection may stay open, or two servers could write.
 */
export class SwitchablePool implements PostgresPool {
  #pool: pg.Pool | null = null;
  #connection: pg.PoolConfig = {};
  readonly #apart = new Set<pg.Client>();

  /** Connections are made to this database from now on. */
  open(connection: pg.PoolConfig): void {
    this.#connection = connection;
    this.#pool = openPool({ max: 20, connectionTimeoutMillis: 10_000, ...connection });
  }

  /** Ends every connection; who asks for one is refused as `unavailable` until `open` is called again. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    for (const client of this.#apart) void client.end().catch(() => {});
    await pool?.end().catch(() => {});
  }

  /** A connection for one holder, who ends it; it ends with the others where that comes first. */
  async connectApart(): Promise<pg.Client> {
    if (this.#pool === null) throw away();
    const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...this.#connection });
    // What breaks shows as its end.
    client.on('error', () => {});
    this.#apart.add(client);
    client.once('end', () => this.#apart.delete(client));
    await client.connect();
    return client;
  }

  /** How the connections are used, and how many callers wait for one. */
  use(): { used: number; idle: number; waiting: number } {
    const { totalCount = 0, idleCount = 0, waitingCount = 0 } = this.#pool ?? {};
    return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  async connect(): Promise<pg.PoolClient> {
    if (this.#pool === null) throw away();
    return this.#pool.connect();
  }

  async end(): Promise<void> {
    await this.close();
  }
}

function away(): Refusal {
  return new Refusal('unavailable', 'The database cannot be reached at the moment', { retryAfterS: 2 });
}
