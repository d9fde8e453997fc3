import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { lockFlow, markFlowDeleted } from './flow.store.ts';

/** Deletes a flow. Deployments of it go on: each carries the version that it was made with. */
export async function deleteFlow({ db }: Pick<Deps, 'db'>, caller: ProjectCaller, id: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const flow = await lockFlow(tx, caller.project.id, id);
    if (flow === null) throw new Refusal('not_found', `There is no flow ${id}`);

    await markFlowDeleted(tx, flow.id);
    await recordAuditEvent(tx, caller, {
      action: 'flow.deleted',
      target: id,
      projectId: caller.project.id,
      before: { name: flow.name },
    });
  });
}
