import { type RawBuilder, sql } from 'kysely';
import { execute, firstRow, oneRow, rows, violatesUnique } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';

export type NewDeviceRow = {
  projectId: number;
  publicId: string;
  name: string;
  description: string;
  groupId: number;
  publicKey: string | null;
  claimTokenHash: Buffer | null;
};

/** Adds a device that has not joined yet; refuses an id, name or key that another device has. */
export async function insertDevice(tx: Tx, device: NewDeviceRow): Promise<number> {
  const { id } = await refuseTaken(
    oneRow<{ id: number }>(
      tx,
      sql`insert into device (project_id, public_id, name, description, group_id, public_key, claim_token_hash)
          values (${device.projectId}, ${device.publicId}, ${device.name}, ${device.description}, ${device.groupId},
                  ${device.publicKey}, ${device.claimTokenHash})
          returning id`,
    ),
  );
  return id;
}

/** Locks a device of the project against every other change; null where there is none. */
export async function lockDevice(tx: Tx, projectId: number, publicId: string): Promise<number | null> {
  const found = await firstRow<{ id: number }>(
    tx,
    sql`select id from device where project_id = ${projectId} and public_id = ${publicId} and deleted_at is null
        for update`,
  );
  return found?.id ?? null;
}

/** What of a device's own row is to change; what is null stays. */
export type DeviceRowChanges = {
  name: string | null;
  description: string | null;
  groupId: number | null;
  updateTriggerOn: boolean | null;
};

/** Changes a device's own row; refuses a name that another device has. */
export async function updateDevice(tx: Tx, id: number, changes: DeviceRowChanges): Promise<void> {
  await refuseTaken(
    execute(
      tx,
      sql`update device set name = coalesce(${changes.name}, name),
                            description = coalesce(${changes.description}, description),
                            group_id = coalesce(${changes.groupId}, group_id),
                            ${updateTriggerSet(changes.updateTriggerOn)}
          where id = ${id}`,
    ),
  );
}

/** Makes these the tags of a device. */
export async function setDeviceTags(tx: Tx, deviceId: number, tagIds: number[]): Promise<void> {
  await execute(tx, sql`delete from device_tag where device_id = ${deviceId} and tag_id <> all(${tagIds}::bigint[])`);
  await execute(
    tx,
    sql`insert into device_tag (device_id, tag_id) select ${deviceId}, unnest(${tagIds}::bigint[])
        on conflict do nothing`,
  );
}

/** Makes these the apps of a device, each with its version; what stays as it was keeps the time of its last change. */
export async function setDeviceApps(
  tx: Tx,
  deviceId: number,
  apps: { appId: number; version: string }[],
): Promise<void> {
  const appIds = apps.map((app) => app.appId);
  const versions = apps.map((app) => app.version);
  await execute(tx, sql`delete from device_app where device_id = ${deviceId} and app_id <> all(${appIds}::bigint[])`);
  await execute(
    tx,
    sql`insert into device_app (device_id, app_id, version)
        select ${deviceId}, app_id, version from unnest(${appIds}::bigint[], ${versions}::text[]) as a (app_id, version)
        on conflict (device_id, app_id) do update set version = excluded.version, changed_at = tideway_now()
        where device_app.version <> excluded.version`,
  );
}

/** Lets a device be selected that awaited approval, and take up updates again where it was held. */
export async function setDeviceApproved(tx: Tx, id: number): Promise<void> {
  await execute(
    tx,
    sql`update device set needs_approval = false, held_at = null, copy_noticed_at = null where id = ${id}`,
  );
}

/** Lets devices be selected that awaited approval, and gives those; what else is known of a device stays. */
export async function setDevicesLetIn(tx: Tx, ids: readonly number[]): Promise<{ id: number; public_id: string }[]> {
  return rows(
    tx,
    sql`with let_in as (update device set needs_approval = false
                        where id = any(${ids}::bigint[]) and needs_approval returning id, public_id)
        select id, public_id from let_in order by id`,
  );
}

/** Drops a device's key and everything that its former state proved, so that it can be claimed with a new token. */
export async function setDeviceClaimable(tx: Tx, id: number, claimTokenHash: Buffer): Promise<void> {
  await execute(
    tx,
    sql`update device set public_key = null, claim_token_hash = ${claimTokenHash},
                          session_number = session_number + 1, session_presented = null,
                          session_successor = null, held_at = null, copy_noticed_at = null
        where id = ${id}`,
  );
}

/** Leaves tombstones: rows of devices that no list, order or session finds, and that nothing keeps from use. */
export async function setDevicesDeleted(tx: Tx, ids: readonly number[]): Promise<void> {
  for (const table of [sql`device_tag`, sql`device_app`, sql`device_presence`]) {
    await execute(tx, sql`delete from ${table} where device_id = any(${ids}::bigint[])`);
  }
  await execute(
    tx,
    sql`update device set deleted_at = tideway_now(), group_id = null, claim_token_hash = null
        where id = any(${ids}::bigint[])`,
  );
}

/** What of the rows of many devices is to change; what is null stays. */
export type DeviceRowsChanges = Pick<DeviceRowChanges, 'groupId' | 'updateTriggerOn'>;

/** Changes the rows of many devices. */
export async function updateDevices(
  tx: Tx,
  ids: readonly number[],
  { groupId, updateTriggerOn }: DeviceRowsChanges,
): Promise<void> {
  await execute(
    tx,
    sql`update device set group_id = coalesce(${groupId}, group_id), ${updateTriggerSet(updateTriggerOn)}
        where id = any(${ids}::bigint[])`,
  );
}

/** Gives many devices tags, and takes tags from them. */
export async function changeDevicesTags(
  tx: Tx,
  ids: readonly number[],
  { added, removed }: { added: number[]; removed: number[] },
): Promise<void> {
  await execute(
    tx,
    sql`delete from device_tag where device_id = any(${ids}::bigint[]) and tag_id = any(${removed}::bigint[])`,
  );
  await execute(
    tx,
    sql`insert into device_tag (device_id, tag_id)
        select d.id, t.id from unnest(${ids}::bigint[]) as d (id) cross join unnest(${added}::bigint[]) as t (id)
        on conflict do nothing`,
  );
}

/** Since when the trigger is on is kept while it stays on. */
function updateTriggerSet(isOn: boolean | null): RawBuilder<unknown> {
  return sql`update_trigger_on = coalesce(${isOn}, update_trigger_on),
             update_trigger_since = case when coalesce(${isOn}, update_trigger_on)
                                         then coalesce(update_trigger_since, tideway_now()) end`;
}

async function refuseTaken<Result>(written: Promise<Result>): Promise<Result> {
  return written.catch((error: unknown) => {
    const field = ['name', 'public_id', 'public_key'].find((column) => violatesUnique(error, `device_${column}`));
    if (field === undefined) throw error;
    const shown = field === 'public_id' ? 'id' : field;
    throw new Refusal('already_exists', `There is a device with this ${shown} already`, { field: shown });
  });
}
