import pg from 'pg';

/**
 * A pool of connections. One that breaks fails its query, or is replaced at its next use; without these listeners it
 * would end the process: the pool itself listens to its idle connections only, and hands their errors on.
 */
export function openPool(connection: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(connection);
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
