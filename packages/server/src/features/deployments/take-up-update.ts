import type { Plan } from '@tideway/protocol';
import { again } from '../../platform/batch/again.ts';
import type { BatchWork } from '../../platform/batch/batches.ts';
import { violatesUnique } from '../../platform/database/database.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { openSecrets } from '../../platform/secret-box.ts';
import { countChanges } from './deployment-count.store.ts';
import { readDocuments } from './read-documents.ts';
import { findOpenOfDevices, findPlans, type PlanRow, setTakenUp } from './take-up.store.ts';

/**
 * Gives a device its next update, or null where none may start. A device that is at one gets the same plan again,
 * however often and wherever it asks.
 */
export async function takeUpUpdate({ batches }: Pick<Deps, 'batches'>, deviceId: number): Promise<Plan | null> {
  return batches.run(takeUps, deviceId);
}

const takeUps: BatchWork<Pick<Deps, 'db' | 'installation' | 'changes'>, number, Plan | null> = {
  name: 'take_ups',
  keyOf: (deviceId) => deviceId,
  run: async ({ db, installation, changes }, deviceIds) => {
    const waiting = await takeUpNext({ db, changes }, deviceIds);
    const plans = await findPlans(db, deviceIds);
    const documents = await readDocuments(
      db,
      plans.map((plan) => plan.document_sha256),
    );
    const planByDevice = new Map(plans.map((plan) => [plan.device, planOf(plan, documents, installation.secretsKey)]));
    return deviceIds.map((id) => planByDevice.get(id) ?? (waiting.has(id) ? again : null));
  },
};

/** Lets devices that are at nothing take up their next update; gives those whose update somebody holds. */
async function takeUpNext(
  { db, changes }: Pick<Deps, 'db' | 'changes'>,
  deviceIds: readonly number[],
): Promise<Set<number>> {
  const taking = inTransaction(db, async (tx, onCommit) => {
    const open = await findOpenOfDevices(tx, deviceIds);
    const next = open.filter(({ is_at_work }) => !is_at_work);
    const taken = await setTakenUp(tx, next);
    await countChanges(
      tx,
      taken.map(({ deployment_id: deploymentId }) => ({ deploymentId, from: 'pending', to: 'in_progress' })),
    );
    onCommit(() => {
      for (const { deployment_id, device_id } of taken) changes.tell(deployment_id, [device_id]);
    });
    const waiting = new Set(next.map(({ device_id }) => device_id));
    for (const { device_id } of taken) waiting.delete(device_id);
    return waiting;
  });
  return taking.catch((error: unknown) => {
    // The same device asked twice at once, on two servers, and the other question was the first.
    if (deviceIds.length === 1 && violatesUnique(error, 'device_update_at_work')) return new Set(deviceIds);
    throw error;
  });
}

function planOf(row: PlanRow, documents: ReadonlyMap<string, string>, secretsKey: Uint8Array): Plan {
  return {
    // An update is known to its device by its deployment: ids of rows are given out again after a restore from backup.
    update_id: row.deployment_id,
    attempt: row.attempt,
    time_limit_s: row.time_limit_s,
    device: { id: row.device_id, name: row.device_name },
    document: documents.get(row.document_sha256) ?? '',
    document_sha256: row.document_sha256,
    secrets: row.secrets ? openSecrets(secretsKey, row.secrets) : {},
  };
}
