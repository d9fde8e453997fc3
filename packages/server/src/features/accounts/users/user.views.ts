import type { Role, User } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, firstRow, rows } from '../../../platform/database/database.ts';
import { type IdPage, pageOfRows } from '../../../platform/http/id-page.ts';

/** The users of an account, oldest first. */
export async function listUsers(
  db: Db,
  accountId: number,
  page: IdPage,
): Promise<{ items: User[]; next: string | null }> {
  const found = await rows<UserRow>(
    db,
    sql`${selectUsers} where u.account_id = ${accountId} and u.deleted_at is null and u.id > ${page.after ?? 0}
        order by u.id limit ${page.limit + 1}`,
  );
  return pageOfRows(found, page.limit, showUser);
}

/** One user of an account; null where there is none with this id. */
export async function findUser(db: Db, accountId: number, publicId: string): Promise<User | null> {
  const row = await firstRow<UserRow>(
    db,
    sql`${selectUsers} where u.account_id = ${accountId} and u.deleted_at is null and u.public_id = ${publicId}`,
  );
  return row && showUser(row);
}

const selectUsers = sql`
  select u.id, u.public_id, u.email, u.role, u.created_at, u.last_seen_at, u.password_hash is not null as has_password,
         u.second_factor is not null as has_second_factor,
         case when u.all_projects then null
              else array(select p.key from user_project up join project p on p.id = up.project_id
                         where up.user_id = u.id and p.deleted_at is null order by p.key) end as projects
  from account_user u`;

type UserRow = {
  id: number;
  public_id: string;
  email: string;
  role: Role;
  created_at: Date;
  last_seen_at: Date | null;
  has_password: boolean;
  has_second_factor: boolean;
  projects: string[] | null;
};

function showUser({ id: _internal, public_id, created_at, last_seen_at, ...shown }: UserRow): User {
  const times = { created_at: created_at.toISOString(), last_seen_at: last_seen_at?.toISOString() ?? null };
  return { id: public_id, ...shown, ...times };
}
