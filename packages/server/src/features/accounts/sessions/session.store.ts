import type { Role } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, execute, firstRow, rows } from '../../../platform/database/database.ts';
import type { Tx } from '../../../platform/database/transaction.ts';

/** A session that is not used for so long ends. */
export const sessionDays = 14;

/** Somebody who may sign in, with what is needed to see whether it is them. */
export type SigningUser = {
  id: number;
  account_id: number;
  email: string;
  password_hash: string | null;
  /** Encrypted. */
  second_factor: Buffer | null;
  /** The database's time, in milliseconds. */
  now_ms: number;
};

const signingUser = sql`u.id, u.account_id, u.email, u.password_hash, u.second_factor,
  (extract(epoch from tideway_now()) * 1000)::double precision as now_ms`;

export function findUserByEmail(db: Db, email: string): Promise<SigningUser | null> {
  return firstRow(
    db,
    sql`select ${signingUser} from account_user u where lower(u.email) = lower(${email}) and u.deleted_at is null`,
  );
}

export function lockUser(tx: Tx, id: number): Promise<SigningUser | null> {
  return firstRow(
    tx,
    sql`select ${signingUser} from account_user u where u.id = ${id} and u.deleted_at is null for update`,
  );
}

/** Takes a code's time step, unless it or a later one was taken before. */
export async function takeStep(tx: Tx, userId: number, step: number): Promise<boolean> {
  const taken = await rows(
    tx,
    sql`update account_user set second_factor_step = ${step}
        where id = ${userId} and (second_factor_step is null or second_factor_step < ${step}) returning id`,
  );
  return taken.length > 0;
}

export async function setPassword(tx: Tx, userId: number, hash: string): Promise<void> {
  await execute(tx, sql`update account_user set password_hash = ${hash} where id = ${userId}`);
}

export async function setSecondFactor(tx: Tx, userId: number, sealed: Buffer | null): Promise<void> {
  await execute(
    tx,
    sql`update account_user set second_factor = ${sealed}, second_factor_step = null where id = ${userId}`,
  );
}

/** Opens a session, and removes those of the user that are over. */
export async function insertSession(tx: Tx, userId: number, hash: Buffer, { byLink }: { byLink: boolean }) {
  await execute(tx, sql`delete from browser_session where user_id = ${userId} and expires_at <= tideway_now()`);
  await execute(
    tx,
    sql`insert into browser_session (user_id, token_hash, by_link, expires_at)
        values (${userId}, ${hash}, ${byLink}, tideway_now() + make_interval(days => ${sessionDays}))`,
  );
}

/** Ends a user's sessions, all of them or all but one; gives how many. */
export async function deleteSessions(tx: Tx, userId: number, { except }: { except: number | null }): Promise<number> {
  const ended = await rows(
    tx,
    sql`delete from browser_session where user_id = ${userId} and id is distinct from ${except}::bigint returning id`,
  );
  return ended.length;
}

export async function deleteSession(tx: Tx, id: number): Promise<void> {
  await execute(tx, sql`delete from browser_session where id = ${id}`);
}

/** Whoever signed in by a link has a password now, and needs it from here on. */
export async function forgetLink(tx: Tx, sessionId: number): Promise<void> {
  await execute(tx, sql`update browser_session set by_link = false where id = ${sessionId}`);
}

/** In the place of the link before. */
export async function putLink(tx: Tx, userId: number, hash: Buffer, hours: number): Promise<void> {
  await execute(
    tx,
    sql`insert into sign_in_link (user_id, token_hash, expires_at)
        values (${userId}, ${hash}, tideway_now() + make_interval(hours => ${hours}))
        on conflict (user_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
  );
}

/** Uses a link up, and gives whose it was; null where it is unknown, used or over. */
export async function takeLink(tx: Tx, hash: Buffer): Promise<number | null> {
  const taken = await firstRow<{ user_id: number; is_valid: boolean }>(
    tx,
    sql`delete from sign_in_link where token_hash = ${hash}
        returning user_id, expires_at > tideway_now() as is_valid`,
  );
  return taken?.is_valid ? taken.user_id : null;
}

export type SessionRow = {
  session_id: number;
  by_link: boolean;
  user_id: number;
  user_public_id: string;
  account_id: number;
  account_name: string;
  email: string;
  role: Role;
  project_ids: number[] | null;
  has_password: boolean;
  has_second_factor: boolean;
};

/** The session with this hash; it lasts longer because it is used, which is noted once a day. */
export function findSession(db: Db, hash: Buffer): Promise<SessionRow | null> {
  return firstRow(
    db,
    sql`with found as (
          select s.id as session_id, s.by_link, s.expires_at, u.id as user_id, u.public_id as user_public_id,
                 u.account_id, a.name as account_name, u.email, u.role,
                 case when u.all_projects then null
                      else array(select project_id::integer from user_project where user_id = u.id) end as project_ids,
                 u.password_hash is not null as has_password, u.second_factor is not null as has_second_factor
          from browser_session s join account_user u on u.id = s.user_id join account a on a.id = u.account_id
          where s.token_hash = ${hash} and s.expires_at > tideway_now() and u.deleted_at is null
        ), used as (
          update browser_session s set expires_at = tideway_now() + make_interval(days => ${sessionDays})
          from found where s.id = found.session_id
            and found.expires_at < tideway_now() + make_interval(days => ${sessionDays - 1})
        )
        select * from found`,
  );
}
