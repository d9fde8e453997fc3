import type pg from 'pg';
import { StoreUnusable } from './store-unusable.ts';

/**
 * Takes the lock that keeps a data home for one server, as long as this connection lives. Throws StoreUnusable, naming
 * the holder, where another server has it.
 */
export async function lockDataHome(client: pg.Client, home: string): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock(7433, 1) as taken');
  if (rows[0]?.taken) return;
  throw new StoreUnusable(`The data folder ${home} is in use by another server (${await describeHolder(client)})`);
}

/** Connections give themselves a name with the process id and the machine. */
async function describeHolder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ application_name: string }>(
    `select a.application_name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.classid = 7433 and l.objid = 1 and l.granted`,
  );
  return rows[0]?.application_name ?? 'which has just ended; try again';
}
