import { type RawBuilder, sql } from 'kysely';
import { type Db, execute, firstRow, oneRow, rows, violatesUnique } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';

/** Adds a group, tag or app; false where the project has one of this name. */
import type { LabelKind } from './label-kind.ts';

export async function insertLabel(tx: Tx, kind: LabelKind, projectId: number, name: string): Promise<boolean> {
  const added = await execute(
    tx,
    sql`insert into ${tableOf(kind)} (project_id, name) values (${projectId}, ${name})
        on conflict (project_id, name) do nothing`,
  );
  return added === 1;
}

/** Locks a group, tag or app against devices and orders that would start to use it; null where there is none. */
export async function lockLabel(tx: Tx, kind: LabelKind, projectId: number, name: string): Promise<number | null> {
  const found = await firstRow<{ id: number }>(
    tx,
    sql`select id from ${tableOf(kind)} where project_id = ${projectId} and name = ${name} for update`,
  );
  return found?.id ?? null;
}

/** The ids of those of these names that exist, by name. They cannot be deleted before the transaction ends. */
export async function keepLabels(
  tx: Tx,
  kind: LabelKind,
  projectId: number,
  names: string[],
): Promise<Map<string, number>> {
  const found = await rows<{ id: number; name: string }>(
    tx,
    sql`select id, name from ${tableOf(kind)} where project_id = ${projectId} and name = any(${names}::text[])
        order by id for key share`,
  );
  return new Map(found.map(({ id, name }) => [name, id]));
}

/** Gives a group, tag or app another name; refuses one that is taken. */
export async function renameLabelRow(tx: Tx, kind: LabelKind, id: number, name: string): Promise<void> {
  await execute(tx, sql`update ${tableOf(kind)} set name = ${name} where id = ${id}`).catch((error: unknown) => {
    if (!violatesUnique(error, `${tables[kind]}_project_id_name_key`)) throw error;
    throw new Refusal('already_exists', `There is a ${kind} ${name} already`, { field: 'name' });
  });
}

/** Removes a group, tag or app that nothing uses any more. */
export async function deleteLabelRow(tx: Tx, kind: LabelKind, id: number): Promise<void> {
  if (kind === 'group') await execute(tx, sql`update pairing_token set group_id = null where group_id = ${id}`);
  await execute(tx, sql`delete from ${tableOf(kind)} where id = ${id}`);
}

/** Public ids of up to four devices that carry it. */
export async function findDevicesCarrying(tx: Tx, kind: LabelKind, id: number): Promise<string[]> {
  const carries = {
    group: sql`d.group_id = ${id}`,
    tag: sql`exists (select from device_tag c where c.device_id = d.id and c.tag_id = ${id})`,
    app: sql`exists (select from device_app c where c.device_id = d.id and c.app_id = ${id})`,
  }[kind];
  return findPublicIds(tx, sql`select d.public_id from device d where d.deleted_at is null and ${carries}`);
}

/** Public ids of up to four pairing tokens that can still bring devices into the group. */
export async function findPairingTokensFor(tx: Tx, groupId: number): Promise<string[]> {
  return findPublicIds(
    tx,
    sql`select d.public_id from pairing_token d where d.group_id = ${groupId} and d.revoked_at is null
        and (d.expires_at is null or d.expires_at > tideway_now()) and d.uses_left is distinct from 0`,
  );
}

/** Public ids of up to four deployments that set a version of the app. */
export async function findDeploymentsOf(tx: Tx, appId: number): Promise<string[]> {
  return findPublicIds(tx, sql`select d.public_id from deployment d where d.app_id = ${appId}`);
}

/** Holds every other change of the project's set of groups back, and says how many groups there are. */
export async function countGroupsLocked(tx: Tx, projectId: number): Promise<number> {
  await execute(tx, sql`select from project where id = ${projectId} for no key update`);
  const { groups } = await oneRow<{ groups: number }>(
    tx,
    sql`select count(*) as groups from device_group where project_id = ${projectId}`,
  );
  return groups;
}

/** The table of a kind, for the views of this feature. */
export function tableOf(kind: LabelKind): RawBuilder<unknown> {
  return sql.table(tables[kind]);
}

const tables = { group: 'device_group', tag: 'tag', app: 'app' } as const;

async function findPublicIds(db: Db, query: RawBuilder<unknown>): Promise<string[]> {
  const found = await rows<{ public_id: string }>(db, sql`${query} order by d.id limit 4`);
  return found.map((row) => row.public_id);
}
