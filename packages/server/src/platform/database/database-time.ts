import { sql } from 'kysely';
import { type Db, oneRow } from './database.ts';

/** The time of the database, the one clock that all servers share. */
export async function databaseTime(db: Db): Promise<Date> {
  const { now } = await oneRow<{ now: Date }>(db, sql`select tideway_now() as now`);
  return now;
}
