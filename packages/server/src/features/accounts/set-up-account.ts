import { randomBytes } from 'node:crypto';
import { publicId } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, oneRow, violatesUnique } from '../../platform/database/database.ts';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';

export type NewAccount = {
  accountName: string;
  email: string;
  /** Null while the owner has not set a password. */
  passwordHash: string | null;
};

/** Creates an account with its owner, as the first start does, and gives its id. */
export async function setUpAccount(db: Db, { accountName, email, passwordHash }: NewAccount): Promise<number> {
  return inTransaction(db, async (tx) => {
    const accountId = await insertAccount(tx, accountName);
    await insertOwner(tx, accountId, email, passwordHash);
    await recordAuditEvent(
      tx,
      { accountId, actor: 'set-up', tokenId: null, address: null },
      { action: 'account.created', target: accountName, after: { owner: email } },
    );
    return accountId;
  });
}

async function insertAccount(tx: Tx, name: string): Promise<number> {
  const { id } = await oneRow<{ id: number }>(tx, sql`insert into account (name) values (${name}) returning id`);
  return id;
}

async function insertOwner(tx: Tx, accountId: number, email: string, passwordHash: string | null): Promise<void> {
  const publicUserId = publicId('u', randomBytes(8));
  await oneRow(
    tx,
    sql`insert into account_user (public_id, account_id, email, role, password_hash)
        values (${publicUserId}, ${accountId}, ${email}, 'owner', ${passwordHash}) returning id`,
  ).catch((error: unknown) => {
    if (!violatesUnique(error, 'account_user_email')) throw error;
    throw new Refusal('already_exists', `There is a user ${email} already`, { field: 'email' });
  });
}
