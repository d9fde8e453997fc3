import { sql } from 'kysely';
import { execute } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/**
 * Gives the update that a device is at out anew: its reports count from 1 again, and what the former attempt still says
 * is history. For a device whose state was restored or copied; whoever calls this has locked the device.
 */
export async function raiseAttempt(tx: Tx, deviceId: number): Promise<void> {
  await execute(
    tx,
    sql`update device_update set attempt = attempt + 1, last_seq = 0
        where device_id = ${deviceId} and status = 'in_progress'`,
  );
}
