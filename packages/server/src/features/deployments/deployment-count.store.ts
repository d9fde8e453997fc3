import type { UpdateStatus } from '@tideway/protocol';
import { sql } from 'kysely';
import { execute } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** Updates, one where no count is given, that went from a status to another in this transaction. */
export type StatusChange = { deploymentId: number; from: UpdateStatus; to: UpdateStatus; count?: number };

/**
 * Keeps the counts of deployments true, finishes those that have nothing open any more, and lets no device begin where as
 * many have failed as may. It comes last in a transaction: everybody locks first a device, then its updates, then the
 * counts in the order of their deployments, so that nobody waits in a circle.
 */
export async function countChanges(tx: Tx, changes: readonly StatusChange[]): Promise<void> {
  for (const [deploymentId, sums] of sumsByDeployment(changes)) {
    await execute(
      tx,
      sql`with counted as (
            update deployment_count c
            set pending = pending + ${sums.pending}, in_progress = in_progress + ${sums.in_progress},
                success = success + ${sums.success}, failed = failed + ${sums.failed},
                aborted = aborted + ${sums.aborted}
            where deployment_id = ${deploymentId} returning c as counts, pending + in_progress = 0 as is_finished)
          update deployment d
          set finished_at = case when n.is_finished then coalesce(d.finished_at, tideway_now()) end,
              failure_limit_reached_at =
                case when reaches_failure_limit(d, n.counts) then coalesce(d.failure_limit_reached_at, tideway_now()) end
          from counted n
          where d.id = ${deploymentId}
            and ((d.finished_at is null and n.is_finished)
                 or (d.failure_limit_reached_at is null and reaches_failure_limit(d, n.counts)))`,
    );
  }
}

type Sums = Record<UpdateStatus, number>;

/** By how much each count changes, in the order of the deployments. */
function sumsByDeployment(changes: readonly StatusChange[]): [number, Sums][] {
  const byDeployment = new Map<number, Sums>();
  for (const { deploymentId, from, to, count = 1 } of changes.toSorted((a, b) => a.deploymentId - b.deploymentId)) {
    const sums = byDeployment.get(deploymentId) ?? { pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0 };
    sums[from] -= count;
    sums[to] += count;
    byDeployment.set(deploymentId, sums);
  }
  return [...byDeployment];
}
