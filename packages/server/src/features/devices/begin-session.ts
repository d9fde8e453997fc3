import { sql } from 'kysely';
import type { BatchWork } from '../../platform/batch/batches.ts';
import { rows } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';

/**
 * Begins a session of a device and gives its number, by which it is known from now: the one before has ended with it.
 * Null where the device was deleted meanwhile.
 */
export async function beginSession({ batches }: Pick<Deps, 'batches'>, deviceId: number): Promise<number | null> {
  return batches.run(sessions, deviceId);
}

const sessions: BatchWork<Pick<Deps, 'db'>, number, number | null> = {
  name: 'sessions',
  keyOf: (deviceId) => deviceId,
  run: async ({ db }, deviceIds) => {
    const begun = await rows<{ id: number; session_number: number }>(
      db,
      sql`with locked as (
            select id from device where id = any(${deviceIds}::bigint[]) and deleted_at is null
            order by id for no key update
          )
          update device d set session_number = d.session_number + 1 from locked where d.id = locked.id
          returning d.id, d.session_number`,
    );
    const numbers = new Map(begun.map(({ id, session_number }) => [id, session_number]));
    return deviceIds.map((id) => numbers.get(id) ?? null);
  },
};
