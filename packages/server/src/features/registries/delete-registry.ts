import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { deleteRegistryRow, findDeploymentsNeeding, lockRegistry } from './registry.store.ts';

/** Deletes a registry with its credentials, unless an open update needs it. */
export async function deleteRegistry({ db }: Pick<Deps, 'db'>, caller: ProjectCaller, name: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const registry = await lockRegistry(tx, caller.project.id, name);
    if (registry === null) throw new Refusal('not_found', `There is no registry ${name}`);

    const deployments = await findDeploymentsNeeding(tx, registry.id);
    if (deployments.length > 0) {
      throw new Refusal('in_use', `Open updates need the registry ${name}: ${deployments.join(', ')}`);
    }
    await deleteRegistryRow(tx, registry.id);
    await recordAuditEvent(tx, caller, {
      action: 'registry.deleted',
      target: name,
      projectId: caller.project.id,
      before: { url: registry.url, username: registry.username },
    });
  });
}
