import { type Db, execute } from '@tideway/server';
import { sql } from 'kysely';
import { secondsOf } from '../measuring/alternate.ts';

/** Seconds of an `INSERT … SELECT` of so many rows into the same columns, with only the primary key. */
export async function insertBareUpdates(db: Db, count: number): Promise<number> {
  await execute(db, sql`drop table if exists bare_update`);
  await execute(
    db,
    sql`create table bare_update (like device_update including defaults, primary key (deployment_id, device_id))`,
  );
  await execute(db, sql`checkpoint`);
  return secondsOf(() =>
    execute(
      db,
      sql`insert into bare_update (deployment_id, device_id)
          select ${count}::bigint, n * 2 from generate_series(1, ${count}::bigint) n`,
    ),
  );
}
