import { sql } from 'kysely';
import { type Db, execute, firstRow, oneRow } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** A device as the answer to its joining needs it. */
export type JoiningDevice = {
  id: number;
  public_id: string;
  name: string;
  project_id: number;
  account_id: number;
  needs_approval: boolean;
  has_joined: boolean;
};

/** The device of this key, locked against a second joining at the same time; null where there is none. */
export async function lockDeviceOfKey(tx: Tx, publicKey: string): Promise<JoiningDevice | null> {
  return firstRow<JoiningDevice>(
    tx,
    sql`select ${joiningColumns} from device d join project p on p.id = d.project_id
        where d.public_key = ${publicKey} and d.deleted_at is null for no key update of d`,
  );
}

/** The device that waits to be claimed with this token; null where there is none. */
export async function lockDeviceToClaim(tx: Tx, claimTokenHash: Buffer): Promise<JoiningDevice | null> {
  return firstRow<JoiningDevice>(
    tx,
    sql`select ${joiningColumns} from device d join project p on p.id = d.project_id
        where d.claim_token_hash = ${claimTokenHash} and d.deleted_at is null for no key update of d`,
  );
}

const joiningColumns = sql`d.id, d.public_id, d.name, d.project_id, p.account_id, d.needs_approval,
                           d.public_key is not null and d.joined_at is not null as has_joined`;

/** Notes that a registered device has joined, with its key; its claim token is used up. */
export async function setDeviceJoined(tx: Tx, id: number, publicKey: string): Promise<void> {
  await execute(
    tx,
    sql`update device set public_key = ${publicKey}, claim_token_hash = null, joined_at = tideway_now()
        where id = ${id}`,
  );
}

export type PairingTokenRow = {
  id: number;
  public_id: string;
  project_id: number;
  account_id: number;
  group_id: number | null;
  needs_approval: boolean;
  uses_left: number | null;
  is_expired: boolean;
  is_revoked: boolean;
};

/** The pairing token with this hash, with all that can be wrong with it; null where there is none. */
export async function findPairingTokenByHash(db: Db, hash: Buffer): Promise<PairingTokenRow | null> {
  return firstRow<PairingTokenRow>(
    db,
    sql`select t.id, t.public_id, t.project_id, p.account_id, t.group_id, t.needs_approval, t.uses_left,
               coalesce(t.expires_at <= tideway_now(), false) as is_expired, t.revoked_at is not null as is_revoked
        from pairing_token t join project p on p.id = t.project_id where t.token_hash = ${hash}`,
  );
}

/** Takes one use of a pairing token that has a limited number of them; false where none is left. */
export async function takePairingTokenUse(tx: Tx, id: number): Promise<boolean> {
  const taken = await execute(
    tx,
    sql`update pairing_token set uses_left = uses_left - 1 where id = ${id} and uses_left > 0`,
  );
  return taken === 1;
}

/** Keeps a project from being deleted until the transaction ends; false where it is deleted already. */
export async function keepProject(tx: Tx, projectId: number): Promise<boolean> {
  const found = await firstRow(
    tx,
    sql`select id from project where id = ${projectId} and deleted_at is null for key share`,
  );
  return found !== null;
}

/** The group of devices that wish for none: Production, or else the project's first. */
export async function findUsualGroup(tx: Tx, projectId: number): Promise<number> {
  const { id } = await oneRow<{ id: number }>(
    tx,
    sql`select id from device_group where project_id = ${projectId} order by name = 'Production' desc, id limit 1
        for key share`,
  );
  return id;
}

export type JoinedDeviceRow = {
  projectId: number;
  publicId: string;
  name: string;
  groupId: number;
  publicKey: string;
  needsApproval: boolean;
};

/** Adds a device that joins at this moment; null where the project has a device of this name. */
export async function insertJoinedDevice(tx: Tx, device: JoinedDeviceRow): Promise<number | null> {
  const added = await firstRow<{ id: number }>(
    tx,
    sql`insert into device (project_id, public_id, name, group_id, public_key, needs_approval, joined_at)
        values (${device.projectId}, ${device.publicId}, ${device.name}, ${device.groupId}, ${device.publicKey},
                ${device.needsApproval}, tideway_now())
        on conflict (project_id, name) where deleted_at is null do nothing
        returning id`,
  );
  return added?.id ?? null;
}

/** Gives a device the apps that it says it carries; apps that the project does not have yet are added to it. */
export async function addDeviceApps(
  tx: Tx,
  projectId: number,
  deviceId: number,
  apps: { name: string; version: string }[],
): Promise<void> {
  const names = apps.map((app) => app.name);
  const versions = apps.map((app) => app.version);
  await execute(
    tx,
    // In the order of the names: devices that join at once add them in the same order, and none waits in a circle.
    sql`insert into app (project_id, name) select ${projectId}, name from unnest(${names}::text[]) as a (name)
        order by name on conflict (project_id, name) do nothing`,
  );
  await execute(
    tx,
    sql`insert into device_app (device_id, app_id, version)
        select distinct on (app.id) ${deviceId}::bigint, app.id, said.version
        from unnest(${names}::text[], ${versions}::text[]) with ordinality as said (name, version, place)
        join app on app.project_id = ${projectId} and app.name = said.name
        order by app.id, said.place desc
        on conflict (device_id, app_id) do update set version = excluded.version, changed_at = tideway_now()
        where device_app.version <> excluded.version`,
  );
}
