import { type CreatedPairingToken, type NewPairingToken, publicId } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { checkEndDate } from '../accounts/check-end-date.ts';
import { createSecretToken } from '../accounts/secret-token.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { insertPairingToken } from './pairing-token.store.ts';
import { readPairingToken } from './pairing-token.views.ts';
import { resolveGroup } from './resolve-labels.ts';

/** Creates a token with which new devices join the project. It is shown here and never again. */
export async function createPairingToken(
  { db, randomBytes }: Pick<Deps, 'db' | 'randomBytes'>,
  caller: ProjectCaller,
  order: NewPairingToken,
): Promise<CreatedPairingToken> {
  const projectId = caller.project.id;
  const { token, hash } = createSecretToken('twp', randomBytes);
  const id = publicId('pt', randomBytes(8));
  return inTransaction(db, async (tx) => {
    await insertPairingToken(tx, {
      projectId,
      publicId: id,
      hash,
      groupId: order.group === undefined ? null : await resolveGroup(tx, projectId, order.group),
      needsApproval: order.needs_approval ?? false,
      uses: order.uses ?? null,
      expiresAt: await checkEndDate(tx, order.expires_at),
    });
    await recordAuditEvent(tx, caller, { action: 'pairing_token.created', target: id, projectId, after: order });
    return { ...(await readPairingToken(tx, projectId, id)), token };
  });
}
