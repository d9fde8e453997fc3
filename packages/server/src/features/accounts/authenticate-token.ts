import { lesserRole, type Role } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, firstRow } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { Actor } from '../audit/record-audit-event.ts';
import { attemptWithKey } from './attempt-with-key.ts';
import { hashToken } from './hash-token.ts';

/** Somebody who showed who they are; `role` is the lesser of the user's and the token's. */
export type Caller = Actor & {
  userId: number;
  role: Role;
  /** Null: all projects of the account. */
  projectIds: number[] | null;
};

/** What finding out who calls works with. */
export type AuthenticationDeps = Pick<Deps, 'db' | 'rates' | 'lastUses'>;

/** Finds who holds an access token, or refuses with `invalid_token`. The message never repeats the token. */
export async function authenticateToken(deps: AuthenticationDeps, token: string, address: string): Promise<Caller> {
  return attemptWithKey(deps, { token, who: 'with this access token', address }, () =>
    findCaller(deps.db, token, address),
  );
}

async function findCaller(db: Db, token: string, address: string): Promise<Caller> {
  const found = await firstRow<TokenRow>(
    db,
    sql`select t.public_id as token_id, t.role as token_role, u.id as user_id, u.account_id, u.email, u.role as user_role,
               case when u.all_projects then null
                    else array(select project_id::integer from user_project where user_id = u.id) end as project_ids
        from access_token t join account_user u on u.id = t.user_id
        where t.token_hash = ${hashToken(token)}
          and t.revoked_at is null and (t.expires_at is null or t.expires_at > tideway_now()) and u.deleted_at is null`,
  );
  if (found === null) throw new Refusal('invalid_token', 'The access token is unknown, expired or revoked');
  return {
    accountId: found.account_id,
    actor: found.email,
    tokenId: found.token_id,
    address,
    userId: found.user_id,
    role: lesserRole(found.token_role, found.user_role),
    projectIds: found.project_ids,
  };
}

type TokenRow = {
  token_id: string;
  token_role: Role;
  user_id: number;
  account_id: number;
  email: string;
  user_role: Role;
  project_ids: number[] | null;
};
