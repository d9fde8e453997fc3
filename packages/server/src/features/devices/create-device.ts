import { type ClaimableDevice, type NewDevice, publicId } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { createSecretToken } from '../accounts/secret-token.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { insertDevice, setDeviceApps, setDeviceTags } from './device.store.ts';
import { readDevice } from './device.views.ts';
import { resolveApps, resolveGroup, resolveTags } from './resolve-labels.ts';

/**
 * Registers a device before it joins. Without a key it gets a claim token, with which it joins once, so that nobody
 * becomes this device by guessing its name.
 */
export async function createDevice(
  { db, randomBytes, changes }: Pick<Deps, 'db' | 'randomBytes' | 'changes'>,
  caller: ProjectCaller,
  order: NewDevice,
): Promise<ClaimableDevice> {
  const projectId = caller.project.id;
  const claim = order.public_key === undefined ? createSecretToken('twc', randomBytes) : null;
  return inTransaction(db, async (tx, onCommit) => {
    const groupId = await resolveGroup(tx, projectId, order.group);
    const tagIds = await resolveTags(tx, projectId, order.tags ?? []);
    const apps = await resolveApps(tx, projectId, order.apps ?? []);
    const id = await insertDevice(tx, {
      projectId,
      publicId: order.id ?? publicId('d', randomBytes(8)),
      name: order.name,
      description: order.description ?? '',
      groupId,
      publicKey: order.public_key ?? null,
      claimTokenHash: claim?.hash ?? null,
    });
    await setDeviceTags(tx, id, tagIds);
    await setDeviceApps(tx, id, apps);
    const device = await readDevice(tx, id);
    await recordAuditEvent(tx, caller, { action: 'device.created', target: device.id, projectId, after: order });
    onCommit(() => changes.tellDevices(projectId));
    return { ...device, claim_token: claim?.token ?? null };
  });
}
