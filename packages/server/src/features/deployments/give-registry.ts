import type { RegistryCredentials } from '@tideway/protocol';
import { sql } from 'kysely';
import { firstRow } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ProvenDevice } from '../devices/note-contact.ts';
import { openCredentials } from '../registries/registry-password.ts';

/** Gives a device the credentials of a registry while it is at an update that needs it; refuses all others. */
export async function giveRegistry(
  deps: Pick<Deps, 'db' | 'installation'>,
  device: ProvenDevice,
  name: string,
): Promise<RegistryCredentials> {
  const registry = await firstRow<{ url: string; username: string | null; password: Buffer | null }>(
    deps.db,
    sql`select r.url, r.username, r.password
        from device v join device_update u on u.device_id = v.id and u.status = 'in_progress'
        join deployment_registry n on n.deployment_id = u.deployment_id
        join registry r on r.id = n.registry_id
        where v.id = ${device.id} and v.session_number = ${device.session} and v.deleted_at is null
          and r.name = ${name} limit 1`,
  );
  if (registry === null) throw new Refusal('not_found', 'The update of this device needs no such registry');
  return openCredentials(deps, registry);
}
