import { type CreatedAccessToken, type NewAccessToken, publicId, roleCovers } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import { insertAccessToken } from './access-token.store.ts';
import { readAccessToken } from './access-token.views.ts';
import type { Caller } from './authenticate-token.ts';
import { checkEndDate } from './check-end-date.ts';
import { createSecretToken } from './secret-token.ts';

/** Creates an access token of the caller's own, with at most the caller's role. The token is shown here and never again. */
export async function createAccessToken(
  { db, randomBytes }: Pick<Deps, 'db' | 'randomBytes'>,
  caller: Caller,
  order: NewAccessToken,
): Promise<CreatedAccessToken> {
  if (!roleCovers(caller.role, order.role)) {
    throw new Refusal('forbidden', `A token cannot have more than its creator: ${order.role} is above ${caller.role}`, {
      field: 'role',
    });
  }
  const { token, hash } = createSecretToken('twu', randomBytes);
  const id = publicId('tk', randomBytes(8));
  return inTransaction(db, async (tx) => {
    const expiresAt = await checkEndDate(tx, order.expires_at);
    await insertAccessToken(tx, {
      publicId: id,
      userId: caller.userId,
      name: order.name,
      role: order.role,
      hash,
      expiresAt,
    });
    await recordAuditEvent(tx, caller, { action: 'access_token.created', target: id, after: order });
    return { ...(await readAccessToken(tx, caller.accountId, id)), token };
  });
}
