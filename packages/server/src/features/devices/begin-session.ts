import { sql } from 'kysely';
import type { BatchWork } from '../../platform/batch/batches.ts';
import { rows } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';

/**
 * Begins a session of a device and gives its number, by which it is known from now: the one before has ended with it.
 * Null where the device was deleted or has lost the key with which it has just proved itself.
 */
export async function beginSession({ batches }: Pick<Deps, 'batches'>, device: KeyedDevice): Promise<number | null> {
  return batches.run(sessions, device);
}

type KeyedDevice = { id: number; publicKey: string };

const sessions: BatchWork<Pick<Deps, 'db'>, KeyedDevice, number | null> = {
  name: 'sessions',
  keyOf: ({ id }) => id,
  run: async ({ db }, devices) => {
    const begun = await rows<{ id: number; session_number: number }>(
      db,
      sql`with locked as (
            select d.id
            from unnest(${devices.map(({ id }) => id)}::bigint[], ${devices.map(({ publicKey }) => publicKey)}::text[])
                 as asked (id, public_key)
            join device d on d.id = asked.id and d.public_key = asked.public_key and d.deleted_at is null
            order by d.id for no key update of d
          )
          update device d set session_number = d.session_number + 1 from locked where d.id = locked.id
          returning d.id, d.session_number`,
    );
    const numbers = new Map(begun.map(({ id, session_number }) => [id, session_number]));
    return devices.map(({ id }) => numbers.get(id) ?? null);
  },
};
