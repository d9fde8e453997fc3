import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { deleteArtifactRow, findDeploymentsNeeding, lockArtifact } from './artifact.store.ts';

/** Deletes an artifact, unless an open update needs it. */
export async function deleteArtifact({ db, blobs }: Deps, caller: ProjectCaller, path: string): Promise<void> {
  const blobKey = await inTransaction(db, async (tx) => {
    const artifact = await lockArtifact(tx, caller.project.id, path);
    if (artifact === null) throw new Refusal('not_found', `There is no artifact ${path}`);

    const deployments = await findDeploymentsNeeding(tx, artifact.id);
    if (deployments.length > 0) {
      throw new Refusal('in_use', `Open updates need ${path}: ${deployments.join(', ')}`);
    }
    await deleteArtifactRow(tx, artifact.id);
    await recordAuditEvent(tx, caller, {
      action: 'artifact.deleted',
      target: path,
      projectId: caller.project.id,
      before: { sha256: artifact.sha256, size: artifact.size },
    });
    return artifact.blob_key;
  });
  await blobs.remove(blobKey);
}
