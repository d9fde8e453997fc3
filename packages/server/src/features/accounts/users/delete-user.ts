import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import type { Caller } from '../authenticate-token.ts';
import { requireAnotherOwner } from './require-another-owner.ts';
import { deleteUserRow, lockOwners, lockUserByPublicId } from './user.store.ts';

/** Locks a user out for good: sessions, links and access tokens end with it. */
export async function deleteUser({ db }: Pick<Deps, 'db'>, caller: Caller, publicId: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const owners = await lockOwners(tx, caller.accountId);
    const user = await lockUserByPublicId(tx, caller.accountId, publicId);
    if (user === null) throw new Refusal('not_found', `There is no user ${publicId}`);
    requireAnotherOwner(user, owners);
    await deleteUserRow(tx, user.id);
    await recordAuditEvent(tx, caller, { action: 'user.deleted', target: user.email, before: { role: user.role } });
  });
}
