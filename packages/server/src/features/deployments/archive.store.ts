import { sql } from 'kysely';
import { execute, firstRow, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/**
 * Archives deployments that are finished for longer than `keepS`, at most so many, and gives their ids; one that an order
 * or a retry names at this moment has its turn later. Their secrets are forgotten at once: nobody runs them again.
 */
export async function setArchived(tx: Tx, keepS: number, atMost: number): Promise<number[]> {
  const archived = await rows<{ id: number }>(
    tx,
    sql`with due as (
          select id from deployment
          where finished_at < tideway_now() - make_interval(secs => ${keepS}) and archived_at is null
          order by finished_at limit ${atMost} for update skip locked)
        update deployment d set archived_at = tideway_now(), removed_to_device_id = 0, secrets = null
        from due where d.id = due.id
        returning d.id`,
  );
  return archived.map(({ id }) => id);
}

/** An archived deployment of which rows are left and which no other server is at. */
export type DeploymentToRemove = { id: number; public_id: string };

/** Locks such a deployment for this transaction, or gives null. */
export async function lockDeploymentToRemove(tx: Tx): Promise<DeploymentToRemove | null> {
  return firstRow<DeploymentToRemove>(
    tx,
    sql`select id, public_id from deployment where removed_to_device_id is not null
        order by id limit 1 for no key update skip locked`,
  );
}

/** Locks the next of its updates, at most so many, and gives their devices; an update that somebody holds is left out. */
export async function lockUpdatesToRemove(tx: Tx, deploymentId: number, atMost: number): Promise<number[]> {
  const locked = await rows<{ device_id: number }>(
    tx,
    sql`select device_id from device_update
        where deployment_id = ${deploymentId}
          and device_id > (select removed_to_device_id from deployment where id = ${deploymentId})
        order by device_id limit ${atMost} for update skip locked`,
  );
  return locked.map(({ device_id }) => device_id);
}

/** Removes locked updates with their steps, and keeps of each device what its last update was. */
export async function removeUpdates(tx: Tx, deploymentId: number, deviceIds: readonly number[]): Promise<void> {
  const which = sql`deployment_id = ${deploymentId} and device_id = any(${deviceIds}::bigint[])`;
  await execute(
    tx,
    sql`with steps as (delete from update_step where ${which}),
             removed as (delete from device_update where ${which} returning device_id, status, taken_up_at)
        insert into device_archived_update as a (device_id, deployment_id, status, taken_up_deployment_id)
        select device_id, ${deploymentId}, status, case when taken_up_at is not null then ${deploymentId}::bigint end
        from removed order by device_id
        on conflict (device_id) do update
        set deployment_id = greatest(a.deployment_id, excluded.deployment_id),
            status = case when excluded.deployment_id > a.deployment_id then excluded.status else a.status end,
            taken_up_deployment_id = greatest(a.taken_up_deployment_id, excluded.taken_up_deployment_id)`,
  );
  const last = deviceIds.at(-1);
  await execute(tx, sql`update deployment set removed_to_device_id = ${last} where id = ${deploymentId}`);
}

/** Notes that a deployment was gone through to its end; where an update was held by somebody, it begins once more. */
export async function setRemovedToEnd(tx: Tx, deploymentId: number): Promise<void> {
  await execute(
    tx,
    sql`update deployment
        set removed_to_device_id = case when exists (select from device_update where deployment_id = ${deploymentId})
                                        then 0 end
        where id = ${deploymentId}`,
  );
}
