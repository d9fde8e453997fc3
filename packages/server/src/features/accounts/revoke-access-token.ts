import { roleCovers } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import { lockAccessToken, setAccessTokenRevoked } from './access-token.store.ts';
import type { Caller } from './authenticate-token.ts';

/** Revokes an access token: one's own, or as an owner anybody's in the account. */
export async function revokeAccessToken({ db }: Pick<Deps, 'db'>, caller: Caller, id: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const userId = caller.role === 'owner' ? null : caller.userId;
    const token = await lockAccessToken(tx, { accountId: caller.accountId, userId }, id);
    if (token === null) throw new Refusal('not_found', `There is no access token ${id}`);
    // A token that leaked from a script must not lock out its user.
    if (!roleCovers(caller.role, token.role)) {
      throw new Refusal(
        'forbidden',
        `A token with the role ${token.role} cannot be revoked with the role ${caller.role}`,
      );
    }
    await setAccessTokenRevoked(tx, token.id);
    await recordAuditEvent(tx, caller, {
      action: 'access_token.revoked',
      target: id,
      before: { name: token.name, role: token.role },
    });
  });
}
