import type { Role } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, execute, firstRow } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

export type NewAccessTokenRow = {
  publicId: string;
  userId: number;
  name: string;
  role: Role;
  hash: Buffer;
  expiresAt: Date | null;
};

export async function insertAccessToken(tx: Tx, token: NewAccessTokenRow): Promise<void> {
  await execute(
    tx,
    sql`insert into access_token (public_id, user_id, name, role, token_hash, expires_at)
        values (${token.publicId}, ${token.userId}, ${token.name}, ${token.role}, ${token.hash}, ${token.expiresAt})`,
  );
}

/** Locks a token that is not revoked, among those of the account, or of one user where `userId` is given. */
export async function lockAccessToken(
  tx: Tx,
  whose: { accountId: number; userId: number | null },
  publicId: string,
): Promise<{ id: number; name: string; role: Role } | null> {
  return firstRow(
    tx,
    sql`select t.id, t.name, t.role from access_token t join account_user u on u.id = t.user_id
        where t.public_id = ${publicId} and t.revoked_at is null and u.account_id = ${whose.accountId}
          and (${whose.userId}::bigint is null or u.id = ${whose.userId})
        for update of t`,
  );
}

export async function setAccessTokenRevoked(tx: Tx, id: number): Promise<void> {
  await execute(tx, sql`update access_token set revoked_at = tideway_now() where id = ${id}`);
}

/** Never sets it back: another server may have written a later use. */
export async function setAccessTokenUsed(db: Db, publicId: string, secondsAgo: number): Promise<void> {
  await execute(
    db,
    sql`update access_token
        set last_used_at = greatest(last_used_at, tideway_now() - make_interval(secs => ${secondsAgo}))
        where public_id = ${publicId}`,
  );
}

/** The first owner of an account, or of the oldest account where none is named. */
export async function findOwner(
  db: Db,
  accountId: number | null,
): Promise<{ userId: number; accountId: number } | null> {
  return firstRow(
    db,
    sql`select id as "userId", account_id as "accountId" from account_user
        where role = 'owner' and deleted_at is null and (${accountId}::bigint is null or account_id = ${accountId})
        order by account_id, id limit 1`,
  );
}
