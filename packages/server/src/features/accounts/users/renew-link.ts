import type { UserWithLink } from '@tideway/protocol';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import type { Caller } from '../authenticate-token.ts';
import { giveLink } from './give-link.ts';
import { lockUserByPublicId } from './user.store.ts';

/** For a user who has forgotten the password, or never used the first link. */
export async function renewLink(
  { db, randomBytes }: Pick<Deps, 'db' | 'randomBytes'>,
  caller: Caller,
  publicId: string,
): Promise<UserWithLink> {
  return inTransaction(db, async (tx) => {
    const user = await lockUserByPublicId(tx, caller.accountId, publicId);
    if (user === null) throw new Refusal('not_found', `There is no user ${publicId}`);
    await recordAuditEvent(tx, caller, { action: 'sign_in_link.created', target: user.email });
    return giveLink(tx, { randomBytes }, caller, { id: user.id, publicId });
  });
}
