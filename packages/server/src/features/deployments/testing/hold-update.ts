import { sql } from 'kysely';
import type { Db } from '../../../platform/database/database.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';

/** Holds a device's updates as a big change would, while `work` runs; gives what `work` gives. */
export async function holdUpdatesOf<Result>(db: Db, deviceId: string, work: () => Promise<Result>): Promise<Result> {
  return inTransaction(db, async (tx) => {
    await sql`select from device_update u join device d on d.id = u.device_id where d.public_id = ${deviceId}
              for update of u`.execute(tx);
    return work();
  });
}
