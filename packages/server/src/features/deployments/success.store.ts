import { sql } from 'kysely';
import { execute, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** A device's success, named as the tables name it; a device stands in a list of them once. */
export type Success = {
  deployment_id: number;
  device_id: number;
  /** The update had ended otherwise before. */
  isLate: boolean;
  /** The deployments of older pending updates of the same app and device, all of them locked. */
  overtakes: number[];
};

/**
 * Locks the rows of devices that successes are going to change, before their updates, as everybody does. Gives the ids
 * of those that somebody else holds.
 */
export async function lockSucceedingDevices(tx: Tx, deviceIds: readonly number[]): Promise<Set<number>> {
  if (deviceIds.length === 0) return new Set();
  const locked = await rows<{ id: number }>(
    tx,
    sql`select id from device where id = any(${deviceIds}::bigint[]) order by id for no key update skip locked`,
  );
  const held = new Set(deviceIds);
  for (const { id } of locked) held.delete(id);
  return held;
}

/** Which of the things that a deployment sets were set by a newer one that the device took up. */
export type Newer = { app: boolean; configuration: boolean };

/** A newer one that is archived counts as if it had set everything: what it was of a device is not known any more. */
export async function findNewer(tx: Tx, successes: readonly Success[]): Promise<Map<number, Newer>> {
  if (successes.length === 0) return new Map();
  const found = await rows<Newer & { device_id: number }>(
    tx,
    sql`select s.device_id,
               coalesce(bool_or(u.is_archived or newer.app_id = this.app_id), false) as app,
               bool_or(u.is_archived or newer.configuration is not null) as configuration
        from ${listed(successes)} join deployment this on this.id = s.deployment_id
        cross join lateral (
          select deployment_id, false as is_archived from updates_of_device(s.device_id) where taken_up_at is not null
          union all
          select taken_up_deployment_id, true from device_archived_update where device_id = s.device_id) u
        join deployment newer on newer.id = u.deployment_id
        where u.deployment_id > s.deployment_id
        group by s.device_id`,
  );
  return new Map(found.map(({ device_id, ...newer }) => [device_id, newer]));
}

/** Gives devices the versions that deployments bring. An app that a device did not carry is added. */
export async function setAppVersions(tx: Tx, successes: readonly Success[]): Promise<void> {
  await execute(
    tx,
    sql`insert into device_app (device_id, app_id, version)
        select v.id, d.app_id, d.app_version
        from ${listed(successes)} join deployment d on d.id = s.deployment_id and d.app_id is not null
        join device v on v.id = s.device_id and v.deleted_at is null
        on conflict (device_id, app_id) do update set version = excluded.version, changed_at = tideway_now()
        where device_app.version <> excluded.version`,
  );
}

/** Corrects what devices said of their apps, so that a success is not shown as drift until the next hello. */
export async function setAppsReported(tx: Tx, successes: readonly Success[]): Promise<void> {
  await execute(
    tx,
    sql`update device v
        set reported_apps = (
          select jsonb_agg(case when said ->> 'name' = a.name then said || jsonb_build_object('version', d.app_version)
                                else said end)
          from jsonb_array_elements(v.reported_apps) said)
        from ${listed(successes)} join deployment d on d.id = s.deployment_id join app a on a.id = d.app_id
        where v.id = s.device_id and v.reported_apps @> jsonb_build_array(jsonb_build_object('name', a.name))`,
  );
}

/** Notes that devices have applied the configurations of deployments, where those have one. */
export async function setConfigurationsApplied(tx: Tx, successes: readonly Success[]): Promise<void> {
  await execute(
    tx,
    sql`update device v set configuration = d.configuration, configuration_deployment_id = d.id
        from ${listed(successes)} join deployment d on d.id = s.deployment_id and d.configuration is not null
        where v.id = s.device_id and v.deleted_at is null`,
  );
}

/** Ends the older pending updates that successes overtake; gives their deployments. */
export async function abortOvertaken(tx: Tx, successes: readonly Success[]): Promise<number[]> {
  const overtaken = successes.flatMap(({ device_id, overtakes }) =>
    overtakes.map((deployment_id) => ({ deployment_id, device_id })),
  );
  if (overtaken.length === 0) return [];
  await execute(
    tx,
    sql`update device_update u
        set status = 'aborted', reason = 'overtaken', finished_at = tideway_now(),
            message = 'A newer update of the same app has succeeded on the device; nothing had run of this one'
        from ${listed(overtaken)} where u.deployment_id = s.deployment_id and u.device_id = s.device_id`,
  );
  return overtaken.map(({ deployment_id }) => deployment_id);
}

function listed(successes: readonly { deployment_id: number; device_id: number }[]) {
  return sql`unnest(${successes.map((success) => success.deployment_id)}::bigint[],
                    ${successes.map((success) => success.device_id)}::bigint[]) as s (deployment_id, device_id)`;
}
