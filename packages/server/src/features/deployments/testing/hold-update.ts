import { sql } from 'kysely';
import type { Db } from '../../../platform/database/database.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';

/** Holds a device's update as a big change would, while `work` runs; gives what `work` gives. */
export async function holdUpdate<Result>(
  db: Db,
  { device, deployment }: { device: string; deployment: string },
  work: () => Promise<Result>,
): Promise<Result> {
  return inTransaction(db, async (tx) => {
    await sql`select from device_update u join device v on v.id = u.device_id join deployment d on d.id = u.deployment_id
              where v.public_id = ${device} and d.public_id = ${deployment} for update of u`.execute(tx);
    return work();
  });
}
