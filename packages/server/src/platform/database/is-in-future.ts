import { sql } from 'kysely';
import { type Db, oneRow } from './database.ts';

/** Whether this time is still to come by the database's clock, the one that decides every expiry. */
export async function isInFuture(db: Db, time: Date): Promise<boolean> {
  const { future } = await oneRow<{ future: boolean }>(db, sql`select ${time}::timestamptz > tideway_now() as future`);
  return future;
}
