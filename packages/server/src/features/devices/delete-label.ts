import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import {
  countGroupsLocked,
  deleteLabelRow,
  findDeploymentsOf,
  findDevicesCarrying,
  findPairingTokensFor,
  lockLabel,
} from './label.store.ts';
import type { LabelKind } from './label-kind.ts';

/** Deletes a group, a tag or an app that nothing uses. */
export async function deleteLabel(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  kind: LabelKind,
  name: string,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const groups = kind === 'group' ? await countGroupsLocked(tx, caller.project.id) : null;
    const id = await lockLabel(tx, kind, caller.project.id, name);
    if (id === null) throw new Refusal('not_found', `There is no ${kind} ${name}`);
    if (groups === 1) throw new Refusal('in_use', `${name} is the last group, and every device has to be in one`);

    const use = await findUse(tx, kind, id);
    if (use !== null) throw new Refusal('in_use', `The ${kind} ${name} is in use: ${use}`);
    await deleteLabelRow(tx, kind, id);
    await recordAuditEvent(tx, caller, {
      action: `${kind}.deleted`,
      target: name,
      projectId: caller.project.id,
      before: { name },
    });
  });
}

/** What stands in the way of deleting it, in words; null where nothing does. */
async function findUse(tx: Tx, kind: LabelKind, id: number): Promise<string | null> {
  const devices = await findDevicesCarrying(tx, kind, id);
  if (devices.length > 0) return `devices ${firstThree(devices)}`;
  if (kind === 'tag') return null;

  const others = kind === 'group' ? await findPairingTokensFor(tx, id) : await findDeploymentsOf(tx, id);
  if (others.length === 0) return null;
  return `${kind === 'group' ? 'pairing tokens' : 'deployments'} ${firstThree(others)}`;
}

function firstThree(ids: string[]): string {
  return ids.length > 3 ? `${ids.slice(0, 3).join(', ')} and more` : ids.join(', ');
}
