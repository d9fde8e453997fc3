import type { ClaimableDevice } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { createSecretToken } from '../accounts/secret-token.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { setDeviceClaimable } from './device.store.ts';
import { readDevice } from './device.views.ts';
import { lockDeviceOrRefuse } from './lock-device-or-refuse.ts';

/** Takes a device's key away and gives a claim token for its new hardware or new key. */
export async function rekeyDevice(
  { db, randomBytes }: Pick<Deps, 'db' | 'randomBytes'>,
  caller: ProjectCaller,
  publicId: string,
): Promise<ClaimableDevice> {
  const { token, hash } = createSecretToken('twc', randomBytes);
  const projectId = caller.project.id;
  return inTransaction(db, async (tx) => {
    const id = await lockDeviceOrRefuse(tx, projectId, publicId);
    await setDeviceClaimable(tx, id, hash);
    await recordAuditEvent(tx, caller, { action: 'device.rekeyed', target: publicId, projectId });
    return { ...(await readDevice(tx, id)), claim_token: token };
  });
}
