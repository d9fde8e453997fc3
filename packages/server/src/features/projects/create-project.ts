import { type NewProject, type ProjectView, projectKeyFrom } from '@tideway/protocol';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { Caller } from '../accounts/authenticate-token.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import { findKeysLike, insertProject } from './project.store.ts';
import { showProject } from './project.views.ts';
import { firstFreeKey } from './project-key.rules.ts';
import { refuseReservedKey } from './refuse-reserved-key.ts';

/** Creates a project with its first group, `Production`. */
export async function createProject(
  { db }: Pick<Deps, 'db'>,
  caller: Caller,
  { name, key }: NewProject,
): Promise<ProjectView> {
  if (caller.projectIds !== null) {
    throw new Refusal('forbidden', 'A user who is limited to some projects cannot create another one');
  }
  if (key !== undefined) refuseReservedKey(key);
  return inTransaction(db, async (tx) => {
    const project = await insertProject(tx, caller.accountId, { name, key: key ?? (await makeKey(tx, caller, name)) });
    await recordAuditEvent(tx, caller, {
      action: 'project.created',
      target: project.key,
      projectId: project.id,
      after: { key: project.key, name },
    });
    return showProject(project);
  });
}

async function makeKey(tx: Tx, caller: Caller, name: string): Promise<string> {
  const key = projectKeyFrom(name);
  if (key !== '') return firstFreeKey(key, await findKeysLike(tx, caller.accountId, key));
  throw new Refusal('invalid_request', 'key is required: none can be made from this name', { field: 'key' });
}
