import { type Db, execute } from '@tideway/server';
import { type RawBuilder, sql } from 'kysely';
import type { FleetProject } from '../fleet/rows-of-fleet.ts';
import { secondsOf } from '../measuring/alternate.ts';

/**
 * Seconds of an `INSERT … SELECT` of as many rows into the same columns, with only the primary key: of the ids of the
 * same devices, and of numbers, which spares it the look at the devices.
 */
export async function insertBareUpdates(
  db: Db,
  project: FleetProject,
): Promise<[ofDevices: number, ofNumbers: number]> {
  const ofDevices = await insertBare(
    db,
    sql`select 1, d.id from device d
        where d.group_id = (select id from device_group where project_id = ${project.id} and name = 'half')`,
  );
  const ofNumbers = await insertBare(
    db,
    sql`select 1, n * 2 from generate_series(1, ${project.devices / 2}::bigint) n`,
  );
  return [ofDevices, ofNumbers];
}

async function insertBare(db: Db, selection: RawBuilder<unknown>): Promise<number> {
  await execute(db, sql`drop table if exists bare_update`);
  await execute(
    db,
    sql`create table bare_update (like device_update including defaults, primary key (deployment_id, device_id))`,
  );
  await execute(db, sql`checkpoint`);
  return secondsOf(() => execute(db, sql`insert into bare_update (deployment_id, device_id) ${selection}`));
}
