import { type Db, execute } from '@tideway/server';
import { type RawBuilder, sql } from 'kysely';
import { secondsOf } from '../measuring/alternate.ts';

/** Seconds of a bare `UPDATE` of all updates of a deployment with the values of an abort. */
export async function updateBare(db: Db, deploymentId: string): Promise<number> {
  return updateRows(db, sql`device_update`, deploymentId);
}

/** The same in a table of nothing but these rows, with the primary key alone. */
export async function updateBareCopy(db: Db, deploymentId: string): Promise<number> {
  await execute(db, sql`drop table if exists bare_update`);
  await execute(
    db,
    sql`create table bare_update (like device_update including defaults, primary key (deployment_id, device_id))`,
  );
  await execute(
    db,
    sql`insert into bare_update select u.* from device_update u join deployment d on d.id = u.deployment_id
        where d.public_id = ${deploymentId}`,
  );
  await execute(db, sql`vacuum analyze bare_update`);
  return updateRows(db, sql`bare_update`, deploymentId);
}

async function updateRows(db: Db, table: RawBuilder<unknown>, deploymentId: string): Promise<number> {
  await execute(db, sql`checkpoint`);
  return secondsOf(() =>
    execute(
      db,
      sql`update ${table}
          set status = 'aborted', reason = 'by_person', finished_at = tideway_now(), abort_requested_by = 'bench',
              abort_requested_at = tideway_now(), message = 'Aborted by bench; nothing had run on the device'
          where deployment_id = (select id from deployment where public_id = ${deploymentId})`,
    ),
  );
}
