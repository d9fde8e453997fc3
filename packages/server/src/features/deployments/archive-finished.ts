import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import {
  lockDeploymentToRemove,
  lockUpdatesToRemove,
  removeUpdates,
  setArchived,
  setRemovedToEnd,
} from './archive.store.ts';
import { removeAllOutputs, removeOutputs } from './update-output.ts';

type ArchiveDeps = Pick<Deps, 'db' | 'blobs' | 'settings' | 'changes'>;

const deploymentsAtOnce = 100;
const updatesAtOnce = 1000;
/** What one look does at most, so that nothing else that is due waits for it. */
const batchesAtOnce = 5;

/**
 * Archives deployments that are finished for longer than such are kept, and removes some of what archived ones had of
 * rows and outputs; the next look goes on, at whichever server. Deployments without an end are never touched.
 */
export async function archiveFinished(deps: ArchiveDeps): Promise<void> {
  await markFinished(deps);
  for (let batch = 0; batch < batchesAtOnce; batch++) {
    if (!(await removeSomeOfArchived(deps, updatesAtOnce))) return;
  }
}

async function markFinished({ db, settings, changes }: ArchiveDeps): Promise<void> {
  const { keepFinishedS } = settings;
  if (keepFinishedS === null) return;
  await inTransaction(db, async (tx, onCommit) => {
    for (const id of await setArchived(tx, keepFinishedS, deploymentsAtOnce)) {
      onCommit(() => changes.tell(id, 'many'));
    }
  });
}

/**
 * Removes at most so many updates of one archived deployment; false where there is none, or other servers are at it.
 * Outputs go before their rows: what is broken off between the two is found by the rows.
 */
export async function removeSomeOfArchived(
  { db, blobs }: Pick<ArchiveDeps, 'db' | 'blobs'>,
  atMost: number,
): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const deployment = await lockDeploymentToRemove(tx);
    if (deployment === null) return false;
    const deviceIds = await lockUpdatesToRemove(tx, deployment.id, atMost);
    if (deviceIds.length > 0) {
      await removeOutputs(blobs, deployment.public_id, deviceIds);
      await removeUpdates(tx, deployment.id, deviceIds);
    } else {
      await removeAllOutputs(blobs, deployment.public_id);
      await setRemovedToEnd(tx, deployment.id);
    }
    return true;
  });
}
