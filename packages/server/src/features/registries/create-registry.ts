import type { NewRegistry, Registry } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { insertRegistry } from './registry.store.ts';
import { showRegistry } from './registry.views.ts';
import { sealPassword } from './registry-password.ts';

/** Creates a registry. Its password is encrypted, and never shown again. */
export async function createRegistry(
  deps: Pick<Deps, 'db' | 'installation' | 'randomBytes'>,
  caller: ProjectCaller,
  { name, url, username, password }: NewRegistry,
): Promise<Registry> {
  if (password !== undefined && username === undefined) refuseWithoutUsername();
  const projectId = caller.project.id;
  return inTransaction(deps.db, async (tx) => {
    const sealed = password === undefined ? null : sealPassword(deps, password);
    const row = await insertRegistry(tx, { projectId, name, url, username: username ?? null, password: sealed });
    if (row === null) throw new Refusal('already_exists', `There is a registry ${name} already`, { field: 'name' });
    await recordAuditEvent(tx, caller, {
      action: 'registry.created',
      target: name,
      projectId,
      after: { url, username: row.username, has_password: row.password !== null },
    });
    return showRegistry(row);
  });
}

/** Refuses a password that belongs to nobody. */
export function refuseWithoutUsername(): never {
  throw new Refusal('invalid_request', 'username is required beside a password', { field: 'username' });
}
