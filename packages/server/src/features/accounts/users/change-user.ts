import type { User, UserChanges } from '@tideway/protocol';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import type { Caller } from '../authenticate-token.ts';
import { giveProjects } from './give-projects.ts';
import { requireAnotherOwner } from './require-another-owner.ts';
import { lockOwners, lockUserByPublicId, setRole } from './user.store.ts';
import { findUser } from './user.views.ts';

/** Changes what a user may do; it counts with their next call. */
export async function changeUser(
  { db }: Pick<Deps, 'db'>,
  caller: Caller,
  publicId: string,
  changes: UserChanges,
): Promise<User> {
  return inTransaction(db, async (tx) => {
    const owners = await lockOwners(tx, caller.accountId);
    const user = await lockUserByPublicId(tx, caller.accountId, publicId);
    const before = await findUser(tx, caller.accountId, publicId);
    if (user === null || before === null) throw new Refusal('not_found', `There is no user ${publicId}`);
    const { role, projects } = changes;
    if (role !== undefined && role !== 'owner') requireAnotherOwner(user, owners, 'role');
    if (role !== undefined) await setRole(tx, user.id, role);
    if (projects !== undefined) await giveProjects(tx, caller.accountId, user.id, projects);
    const event = { action: 'user.changed', target: user.email };
    const what = { role: before.role, projects: before.projects };
    await recordAuditEvent(tx, caller, { ...event, before: what, after: { ...what, ...changes } });
    return { ...before, ...(role && { role }), ...(projects !== undefined && { projects }) };
  });
}
