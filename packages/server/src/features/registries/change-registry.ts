import { addressOfRegistry, type Registry, type RegistryChanges } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { refuseWithoutUsername } from './create-registry.ts';
import { lockRegistry, type RegistryAccess, updateRegistry } from './registry.store.ts';
import { type RegistryRow, showRegistry } from './registry.views.ts';
import { sealPassword } from './registry-password.ts';

/**
 * Changes a registry. A password that is not given stays, but for another host: who could not read it must not send it
 * there. What devices fetch from then on, they fetch with what it is then.
 */
export async function changeRegistry(
  deps: Pick<Deps, 'db' | 'installation' | 'randomBytes'>,
  caller: ProjectCaller,
  name: string,
  changes: RegistryChanges,
): Promise<Registry> {
  return inTransaction(deps.db, async (tx) => {
    const before = await lockRegistry(tx, caller.project.id, name);
    if (before === null) throw new Refusal('not_found', `There is no registry ${name}`);

    const after = await updateRegistry(tx, before.id, accessAfter(deps, before, changes));
    await recordAuditEvent(tx, caller, {
      action: 'registry.changed',
      target: name,
      projectId: caller.project.id,
      before: auditedParts(before),
      after: { ...auditedParts(after), password_changed: changes.password !== undefined },
    });
    return showRegistry(after);
  });
}

function accessAfter(
  deps: Pick<Deps, 'installation' | 'randomBytes'>,
  before: RegistryRow,
  changes: RegistryChanges,
): RegistryAccess {
  const url = changes.url ?? before.url;
  const username = changes.username === undefined ? before.username : changes.username;
  if (changes.password !== undefined) {
    if (username === null) refuseWithoutUsername();
    return { url, username, password: sealPassword(deps, changes.password) };
  }
  if (username === null) return { url, username, password: null };
  const isElsewhere = addressOfRegistry(url)?.origin !== addressOfRegistry(before.url)?.origin;
  if (before.password !== null && isElsewhere) {
    throw new Refusal('invalid_request', 'password is required again where the url names another host', {
      field: 'password',
    });
  }
  return { url, username, password: before.password };
}

function auditedParts({ url, username, password }: RegistryRow) {
  return { url, username, has_password: password !== null };
}
