import type { AccessToken, Role } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, oneRow, rows } from '../../platform/database/database.ts';
import { type IdPage, pageOfRows } from '../../platform/http/id-page.ts';
import type { Caller } from './authenticate-token.ts';

/** The access tokens that are not revoked: everyone's own, and for owners those of the whole account. */
export async function listAccessTokens(
  db: Db,
  caller: Caller,
  page: IdPage,
): Promise<{ items: AccessToken[]; next: string | null }> {
  const found = await rows<AccessTokenRow>(
    db,
    sql`${selectTokens}
        where u.account_id = ${caller.accountId} and (${caller.role === 'owner'} or u.id = ${caller.userId})
          and t.revoked_at is null and t.id > ${page.after ?? 0}
        order by t.id limit ${page.limit + 1}`,
  );
  return pageOfRows(found, page.limit, showAccessToken);
}

/** One of the account's access tokens that was just written. */
export async function readAccessToken(db: Db, accountId: number, publicId: string): Promise<AccessToken> {
  const row = await oneRow<AccessTokenRow>(
    db,
    sql`${selectTokens} where u.account_id = ${accountId} and t.public_id = ${publicId}`,
  );
  return showAccessToken(row);
}

const selectTokens = sql`
  select t.id, t.public_id, t.name, t.role, u.public_id as user_public_id, u.email, t.created_at, t.expires_at,
         t.last_used_at
  from access_token t join account_user u on u.id = t.user_id`;

type AccessTokenRow = {
  id: number;
  public_id: string;
  name: string;
  role: Role;
  user_public_id: string;
  email: string;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
};

function showAccessToken(row: AccessTokenRow): AccessToken {
  return {
    id: row.public_id,
    name: row.name,
    role: row.role,
    user: { id: row.user_public_id, email: row.email },
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}
