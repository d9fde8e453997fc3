import { sql } from 'kysely';
import { type Db, execute, firstRow, oneRow, rows, violatesUnique } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';

export type ProjectRow = { id: number; key: string; name: string; created_at: Date };

/** Adds a project with its first group; refuses a key or name that another project of the account has. */
export async function insertProject(
  tx: Tx,
  accountId: number,
  project: { key: string; name: string },
): Promise<ProjectRow> {
  return refuseTaken(
    oneRow<ProjectRow>(
      tx,
      sql`with added as (
            insert into project (account_id, key, name) values (${accountId}, ${project.key}, ${project.name})
            returning id, key, name, created_at),
          first_group as (insert into device_group (project_id, name) select id, 'Production' from added)
          select id, key, name, created_at from added`,
    ),
  );
}

/** Changes a project's key and name; refuses those that another project of the account has. */
export async function updateProject(tx: Tx, id: number, project: { key: string; name: string }): Promise<ProjectRow> {
  return refuseTaken(
    oneRow<ProjectRow>(
      tx,
      sql`update project set key = ${project.key}, name = ${project.name} where id = ${id}
          returning id, key, name, created_at`,
    ),
  );
}

/** The keys of the account that are this one or begin with it. */
export async function findKeysLike(db: Db, accountId: number, key: string): Promise<Set<string>> {
  const found = await rows<{ key: string }>(
    db,
    sql`select key from project
        where account_id = ${accountId} and deleted_at is null and (key = ${key} or starts_with(key, ${`${key}-`}))`,
  );
  return new Set(found.map((row) => row.key));
}

/** Locks a project against deployments, devices and labels that would be added to it. */
export async function lockProject(tx: Tx, id: number): Promise<ProjectRow | null> {
  return firstRow<ProjectRow>(
    tx,
    sql`select id, key, name, created_at from project where id = ${id} and deleted_at is null for update`,
  );
}

/** Public ids of up to three deployments with open updates. */
export async function findOpenDeployments(tx: Tx, projectId: number): Promise<string[]> {
  const found = await rows<{ public_id: string }>(
    tx,
    sql`select public_id from deployment d
        where project_id = ${projectId} and finished_at is null and exists (
          select from device_update u where u.deployment_id = d.id and u.status in ('pending', 'in_progress'))
        order by id limit 3`,
  );
  return found.map((row) => row.public_id);
}

/**
 * Leaves a tombstone of a project: its devices, credentials and saved filters are gone with it, nobody joins any more, and
 * its history stays.
 */
export async function setProjectDeleted(tx: Tx, id: number): Promise<void> {
  await execute(tx, sql`update device set deleted_at = tideway_now() where project_id = ${id} and deleted_at is null`);
  await execute(
    tx,
    sql`update pairing_token set revoked_at = tideway_now() where project_id = ${id} and revoked_at is null`,
  );
  await execute(tx, sql`update registry set username = null, password = null where project_id = ${id}`);
  await execute(tx, sql`delete from saved_filter where project_id = ${id}`);
  await execute(tx, sql`update project set deleted_at = tideway_now() where id = ${id}`);
}

async function refuseTaken<Result>(written: Promise<Result>): Promise<Result> {
  return written.catch((error: unknown) => {
    for (const field of ['key', 'name']) {
      if (!violatesUnique(error, `project_${field}`)) continue;
      throw new Refusal('already_exists', `There is a project with this ${field} already`, { field });
    }
    throw error;
  });
}
