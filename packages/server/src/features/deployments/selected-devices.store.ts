import { type RawBuilder, sql } from 'kysely';
import { rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** Locks the devices of a project that meet a condition over rows `d`, at most so many, in the order of their ids. */
export async function lockSelectedDevices(
  tx: Tx,
  projectId: number,
  condition: RawBuilder<boolean>,
  atMost: number,
): Promise<number[]> {
  const locked = await rows<{ id: number }>(
    tx,
    sql`select d.id from device d
        where d.project_id = ${projectId} and d.deleted_at is null and ${condition}
        order by d.id limit ${atMost} for update of d`,
  );
  return locked.map(({ id }) => id);
}
