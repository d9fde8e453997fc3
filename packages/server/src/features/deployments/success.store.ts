import { sql } from 'kysely';
import { execute, firstRow, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** Locks the row of a device that a success is going to change, before its updates, as everybody does. */
export async function lockSucceedingDevice(tx: Tx, deviceId: number): Promise<void> {
  await execute(tx, sql`select from device where id = ${deviceId} for no key update`);
}

/** Which of the things that a deployment sets were set by a newer one that the device took up. */
export type Newer = { app: boolean; configuration: boolean };

export async function findNewer(tx: Tx, deviceId: number, deploymentId: number): Promise<Newer> {
  const found = await firstRow<Newer>(
    tx,
    sql`select coalesce(bool_or(newer.app_id = this.app_id), false) as app,
               coalesce(bool_or(newer.configuration is not null), false) as configuration
        from device_update u join deployment newer on newer.id = u.deployment_id
        join deployment this on this.id = ${deploymentId}
        where u.device_id = ${deviceId} and u.deployment_id > ${deploymentId} and u.taken_up_at is not null`,
  );
  return found ?? { app: false, configuration: false };
}

/** Gives the device the version that a deployment brings. An app that it did not carry is added. */
export async function setAppVersion(tx: Tx, deviceId: number, deploymentId: number): Promise<void> {
  await execute(
    tx,
    sql`insert into device_app (device_id, app_id, version)
        select v.id, d.app_id, d.app_version from deployment d join device v on v.id = ${deviceId}
        where d.id = ${deploymentId} and d.app_id is not null and v.deleted_at is null
        on conflict (device_id, app_id) do update set version = excluded.version, changed_at = tideway_now()
        where device_app.version <> excluded.version`,
  );
}

/** Notes that the device has applied the configuration of a deployment, where it has one. */
export async function setConfigurationApplied(tx: Tx, deviceId: number, deploymentId: number): Promise<void> {
  await execute(
    tx,
    sql`update device v set configuration = d.configuration, configuration_deployment_id = d.id
        from deployment d where v.id = ${deviceId} and d.id = ${deploymentId} and d.configuration is not null`,
  );
}

/** Ends the device's pending updates of the same app that are older than this deployment; gives their deployments. */
export async function abortOvertaken(tx: Tx, deviceId: number, deploymentId: number): Promise<number[]> {
  const ended = await rows<{ deployment_id: number }>(
    tx,
    sql`with overtaken as (
          select u.id from device_update u join deployment older on older.id = u.deployment_id
          join deployment this on this.id = ${deploymentId} and this.app_id = older.app_id
          where u.device_id = ${deviceId} and u.status = 'pending' and u.deployment_id < ${deploymentId}
          order by u.id for no key update of u
        )
        update device_update u
        set status = 'aborted', reason = 'overtaken', finished_at = tideway_now(),
            message = 'A newer update of the same app has succeeded on the device; nothing had run of this one'
        from overtaken where u.id = overtaken.id
        returning u.deployment_id`,
  );
  return ended.map((row) => row.deployment_id);
}
