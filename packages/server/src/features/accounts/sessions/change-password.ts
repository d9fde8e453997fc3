import type { PasswordChange } from '@tideway/protocol';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import { hashPassword } from '../password.ts';
import type { SignedIn } from './authenticate-session.ts';
import { confirmPassword } from './confirm-password.ts';
import { deleteSessions, forgetLink, lockUser, setPassword } from './session.store.ts';

/** Sets a password. All other sessions of the user end with it. */
export async function changePassword(
  deps: Pick<Deps, 'db' | 'rates'>,
  caller: SignedIn,
  { old_password, new_password }: PasswordChange,
): Promise<void> {
  const { session } = caller;
  const needsOld = session.has_password && !session.by_link;
  if (needsOld) await confirmPassword(deps, caller, old_password, 'old_password');
  const hash = await hashPassword(new_password);
  await inTransaction(deps.db, async (tx) => {
    if ((await lockUser(tx, caller.userId)) === null) throw new Refusal('not_found', 'This user was deleted');
    await setPassword(tx, caller.userId, hash);
    await forgetLink(tx, session.session_id);
    await deleteSessions(tx, caller.userId, { except: session.session_id });
    await recordAuditEvent(tx, caller, { action: 'password.changed', target: caller.actor });
  });
}
