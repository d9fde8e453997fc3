import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from './in-project.access.ts';
import { findOpenDeployments, lockProject, setProjectDeleted } from './project.store.ts';

/** Deletes a project with its devices, unless updates are open in it. */
export async function deleteProject({ db }: Pick<Deps, 'db'>, caller: ProjectCaller): Promise<void> {
  await inTransaction(db, async (tx) => {
    const project = await lockProject(tx, caller.project.id);
    if (project === null) throw new Refusal('not_found', `There is no project ${caller.project.key}`);

    const deployments = await findOpenDeployments(tx, project.id);
    if (deployments.length > 0) {
      throw new Refusal('in_use', `Updates are open in this project: ${deployments.join(', ')}`);
    }
    await setProjectDeleted(tx, project.id);
    await recordAuditEvent(tx, caller, {
      action: 'project.deleted',
      target: project.key,
      projectId: project.id,
      before: { key: project.key, name: project.name },
    });
  });
}
