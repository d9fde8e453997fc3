import type { Role } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, execute, firstRow, oneRow, rows, violatesUnique } from '../../../platform/database/database.ts';
import type { Tx } from '../../../platform/database/transaction.ts';
import { Refusal } from '../../../platform/refusal.ts';

type NewUserRow = { publicId: string; accountId: number; email: string; role: Role };

/** Gives the internal id. Throws the refusal `already_exists` where somebody has this email. */
export async function insertUser(tx: Tx, { publicId, accountId, email, role }: NewUserRow): Promise<number> {
  const { id } = await oneRow<{ id: number }>(
    tx,
    sql`insert into account_user (public_id, account_id, email, role)
        values (${publicId}, ${accountId}, ${email}, ${role}) returning id`,
  ).catch((error: unknown) => {
    if (!violatesUnique(error, 'account_user_email')) throw error;
    throw new Refusal('already_exists', `There is a user ${email} already`, { field: 'email' });
  });
  return id;
}

/** Locks a user of the account against changes; null where there is none with this id. */
export function lockUserByPublicId(
  tx: Tx,
  accountId: number,
  publicId: string,
): Promise<{ id: number; email: string; role: Role } | null> {
  return firstRow(
    tx,
    sql`select id, email, role from account_user
        where account_id = ${accountId} and public_id = ${publicId} and deleted_at is null for update`,
  );
}

/** Keeps all owners of an account as they are until the transaction ends, and gives how many there are. */
export async function lockOwners(tx: Tx, accountId: number): Promise<number> {
  const owners = await rows(
    tx,
    sql`select id from account_user where account_id = ${accountId} and role = 'owner' and deleted_at is null
        order by id for update`,
  );
  return owners.length;
}

export async function setRole(tx: Tx, userId: number, role: Role): Promise<void> {
  await execute(tx, sql`update account_user set role = ${role} where id = ${userId}`);
}

/** Limits a user to the projects with these keys, or to none where `keys` is null; gives the keys that there are not. */
export async function setProjects(tx: Tx, accountId: number, userId: number, keys: string[] | null): Promise<string[]> {
  await execute(tx, sql`delete from user_project where user_id = ${userId}`);
  await execute(tx, sql`update account_user set all_projects = ${keys === null} where id = ${userId}`);
  if (keys === null) return [];
  const known = await rows<{ key: string }>(
    tx,
    sql`with known as (select id, key from project
                       where account_id = ${accountId} and deleted_at is null and key = any(${keys}::text[])),
             put as (insert into user_project (user_id, project_id) select ${userId}, id from known)
        select key from known`,
  );
  return keys.filter((key) => !known.some((one) => one.key === key));
}

/** Never sets it back: another server may have seen the user later. */
export async function setUserSeen(db: Db, userId: number, secondsAgo: number): Promise<void> {
  await execute(
    db,
    sql`update account_user
        set last_seen_at = greatest(last_seen_at, tideway_now() - make_interval(secs => ${secondsAgo}))
        where id = ${userId}`,
  );
}

/** Takes everything from a user that opens a door. What they did stays in the audit log under their email. */
export async function deleteUserRow(tx: Tx, userId: number): Promise<void> {
  await execute(tx, sql`delete from browser_session where user_id = ${userId}`);
  await execute(tx, sql`delete from sign_in_link where user_id = ${userId}`);
  await execute(
    tx,
    sql`update access_token set revoked_at = tideway_now() where user_id = ${userId} and revoked_at is null`,
  );
  await execute(
    tx,
    sql`update account_user set deleted_at = tideway_now(), password_hash = null, second_factor = null
        where id = ${userId}`,
  );
}
