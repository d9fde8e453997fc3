import { sql } from 'kysely';
import { type Db, oneRow } from './database.ts';

/** The time of the database, the one clock that all servers share. */
export async function databaseTime(db: Db): Promise<Date> {
  const { now } = await oneRow<{ now: Date }>(db, sql`select tideway_now() as now`);
  return now;
}

/** Seconds from now until a time in RFC 3339, by the database's clock; below zero where it has passed. */
export async function secondsUntil(db: Db, time: string): Promise<number> {
  const { seconds } = await oneRow<{ seconds: number }>(
    db,
    sql`select extract(epoch from ${time}::timestamptz - tideway_now())::float8 as seconds`,
  );
  return seconds;
}
