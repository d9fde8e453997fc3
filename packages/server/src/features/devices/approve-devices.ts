import type { OnCommit, Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { recordAuditEvents } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { setDevicesLetIn } from './device.store.ts';

/**
 * A person's yes to those of many devices, which are locked already, that await approval. A possible copy stays held: that
 * is for a look at each.
 */
export async function approveDevices(
  tx: Tx,
  onCommit: OnCommit,
  { wakes }: Pick<Deps, 'wakes'>,
  caller: ProjectCaller,
  ids: readonly number[],
): Promise<void> {
  const letIn = await setDevicesLetIn(tx, ids);
  await recordAuditEvents(
    tx,
    caller,
    { action: 'device.approved', projectId: caller.project.id, after: { needs_approval: false } },
    letIn.map(({ public_id }) => ({ target: public_id, before: { needs_approval: true } })),
  );
  onCommit(() => wakes.devices(letIn.map(({ id }) => id)));
}
