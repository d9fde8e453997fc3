import { randomBytes } from 'node:crypto';
import { publicId, type Role } from '@tideway/protocol';
import type { Db } from '../../platform/database/database.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import { findOwner, insertAccessToken } from './access-token.store.ts';
import { createSecretToken } from './secret-token.ts';

export type TokenOnThisMachine = {
  role: Role;
  name: string;
  /** The oldest account where it is left out. */
  accountId?: number;
};

/**
 * Creates an access token for whoever runs a command on the server's own machine, and so owns the installation. It
 * belongs to the account's owner.
 */
export async function createTokenOnThisMachine(
  db: Db,
  { role, name, accountId }: TokenOnThisMachine,
): Promise<{ id: string; token: string }> {
  const { token, hash } = createSecretToken('twu', randomBytes);
  const id = publicId('tk', randomBytes(8));
  await inTransaction(db, async (tx) => {
    const owner = await findOwner(tx, accountId ?? null);
    if (owner === null) throw new Refusal('not_found', 'There is no account yet: start the server once to make it');

    await insertAccessToken(tx, { publicId: id, userId: owner.userId, name, role, hash, expiresAt: null });
    await recordAuditEvent(
      tx,
      { accountId: owner.accountId, actor: 'command line', tokenId: null, address: null },
      { action: 'access_token.created', target: id, after: { name, role } },
    );
  });
  return { id, token };
}
