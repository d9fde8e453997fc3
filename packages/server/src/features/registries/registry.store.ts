import { sql } from 'kysely';
import { execute, firstRow, oneRow, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import type { RegistryRow } from './registry.views.ts';

export type NewRegistryRow = { projectId: number; name: string } & RegistryAccess;

/** Where a registry is and who may fetch from it; the password is encrypted. */
export type RegistryAccess = { url: string; username: string | null; password: Buffer | null };

/** Adds a registry; null where the name is taken. */
export async function insertRegistry(tx: Tx, registry: NewRegistryRow): Promise<RegistryRow | null> {
  return firstRow<RegistryRow>(
    tx,
    sql`insert into registry (project_id, name, url, username, password)
        values (${registry.projectId}, ${registry.name}, ${registry.url}, ${registry.username}, ${registry.password})
        on conflict (project_id, name) do nothing
        returning id, name, url, username, password, created_at, changed_at`,
  );
}

/** Locks a registry against changes, and against deployments that would start to need it. */
export async function lockRegistry(tx: Tx, projectId: number, name: string): Promise<RegistryRow | null> {
  return firstRow<RegistryRow>(
    tx,
    sql`select id, name, url, username, password, created_at, changed_at from registry
        where project_id = ${projectId} and name = ${name} for update`,
  );
}

export async function updateRegistry(tx: Tx, id: number, access: RegistryAccess): Promise<RegistryRow> {
  return oneRow<RegistryRow>(
    tx,
    sql`update registry
        set url = ${access.url}, username = ${access.username}, password = ${access.password},
            changed_at = tideway_now()
        where id = ${id} returning id, name, url, username, password, created_at, changed_at`,
  );
}

/** Public ids of up to three deployments with open updates that need the registry. */
export async function findDeploymentsNeeding(tx: Tx, registryId: number): Promise<string[]> {
  const found = await rows<{ public_id: string }>(
    tx,
    sql`select d.public_id from deployment_registry r join deployment d on d.id = r.deployment_id
        where r.registry_id = ${registryId} and d.finished_at is null and exists (
          select from device_update u where u.deployment_id = d.id and u.status in ('pending', 'in_progress'))
        order by d.id limit 3`,
  );
  return found.map((row) => row.public_id);
}

/** Removes a registry that no open update needs; finished deployments keep its name in their document. */
export async function deleteRegistryRow(tx: Tx, id: number): Promise<void> {
  await execute(tx, sql`delete from deployment_registry where registry_id = ${id}`);
  await execute(tx, sql`delete from registry where id = ${id}`);
}
