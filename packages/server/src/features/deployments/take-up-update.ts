import type { Plan } from '@tideway/protocol';
import { violatesUnique } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';
import { openSecrets } from '../../platform/secret-box.ts';
import { findPlanAtWork, type PlanRow, setNextUpdateTakenUp } from './take-up.store.ts';

/**
 * Gives a device its next update, or null where none may start. A device that is at one gets the same plan again,
 * however often and wherever it asks.
 */
export async function takeUpUpdate(
  { db, installation }: Pick<Deps, 'db' | 'installation'>,
  deviceId: number,
): Promise<Plan | null> {
  const atWork = await findPlanAtWork(db, deviceId);
  if (atWork) return planOf(atWork, installation.secretsKey);

  const hasOpen = await setNextUpdateTakenUp(db, deviceId).catch((error: unknown) => {
    // The same device asked twice at once, and the other question was the first.
    if (violatesUnique(error, 'device_update_at_work')) return true;
    throw error;
  });
  const taken = hasOpen ? await findPlanAtWork(db, deviceId) : null;
  return taken && planOf(taken, installation.secretsKey);
}

function planOf(row: PlanRow, secretsKey: Uint8Array): Plan {
  return {
    // An update is known to its device by its deployment: ids of rows are given out again after a restore from backup.
    update_id: row.deployment_id,
    attempt: row.attempt,
    time_limit_s: row.time_limit_s,
    device: { id: row.device_id, name: row.device_name },
    document: row.document,
    document_sha256: row.document_sha256,
    secrets: row.secrets ? openSecrets(secretsKey, row.secrets) : {},
  };
}
