import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { setPairingTokenRevoked } from './pairing-token.store.ts';

/** Revokes a pairing token: from now on nobody joins with it; who has joined stays. */
export async function revokePairingToken({ db }: Pick<Deps, 'db'>, caller: ProjectCaller, id: string): Promise<void> {
  const projectId = caller.project.id;
  await inTransaction(db, async (tx) => {
    if (!(await setPairingTokenRevoked(tx, projectId, id))) {
      throw new Refusal('not_found', `There is no pairing token ${id}`);
    }
    await recordAuditEvent(tx, caller, { action: 'pairing_token.revoked', target: id, projectId });
  });
}
