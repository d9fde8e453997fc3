import type { ProjectChanges, ProjectView } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from './in-project.access.ts';
import { lockProject, updateProject } from './project.store.ts';
import { showProject } from './project.views.ts';
import { refuseReservedKey } from './refuse-reserved-key.ts';

/** Changes a project's name or key; what has the former key in its address has to be changed with it. */
export async function changeProject(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  changes: ProjectChanges,
): Promise<ProjectView> {
  if (changes.key !== undefined) refuseReservedKey(changes.key);
  return inTransaction(db, async (tx) => {
    const before = await lockProject(tx, caller.project.id);
    if (before === null) throw new Refusal('not_found', `There is no project ${caller.project.key}`);

    const after = await updateProject(tx, before.id, {
      key: changes.key ?? before.key,
      name: changes.name ?? before.name,
    });
    await recordAuditEvent(tx, caller, {
      action: 'project.changed',
      target: after.key,
      projectId: after.id,
      before: { key: before.key, name: before.name },
      after: { key: after.key, name: after.name },
    });
    return showProject(after);
  });
}
