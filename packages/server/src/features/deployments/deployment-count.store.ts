import type { UpdateStatus } from '@tideway/protocol';
import { sql } from 'kysely';
import { execute } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** One update that went from a status to another in this transaction. */
export type StatusChange = { deploymentId: number; from: UpdateStatus; to: UpdateStatus };

/**
 * Keeps the counts of deployments true, and finishes those that have nothing open any more. It comes last in a
 * transaction: everybody locks first a device, then its updates, then the counts in the order of their deployments, so
 * that nobody waits in a circle.
 */
export async function countChanges(tx: Tx, changes: StatusChange[]): Promise<void> {
  for (const { deploymentId, from, to } of changes.toSorted((a, b) => a.deploymentId - b.deploymentId)) {
    await execute(
      tx,
      sql`with counted as (
            update deployment_count
            set ${sql.ref(from)} = ${sql.ref(from)} - 1, ${sql.ref(to)} = ${sql.ref(to)} + 1
            where deployment_id = ${deploymentId} returning pending + in_progress as open)
          update deployment set finished_at = tideway_now()
          where id = ${deploymentId} and finished_at is null and (select open from counted) = 0`,
    );
  }
}
