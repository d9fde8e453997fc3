import { type Joined, type JoinOrder, joinProofText, publicId } from '@tideway/protocol';
import { violatesUnique } from '../../platform/database/database.ts';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { hashToken } from '../accounts/hash-token.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import { namesToTry } from './device-name.rules.ts';
import { isPublicKey, isSignedBy } from './device-signature.ts';
import {
  addDeviceApps,
  findUsualGroup,
  insertJoinedDevice,
  type JoiningDevice,
  lockDeviceOfKey,
  lockDeviceToClaim,
  setDeviceJoined,
} from './joining.store.ts';
import { resolveGroup } from './resolve-labels.ts';
import { type PairingToken, usePairingToken } from './use-pairing-token.ts';

type JoinDeps = Pick<Deps, 'db' | 'randomBytes' | 'installation' | 'changes'>;

/**
 * Lets a device join: by its registered key, by the claim token of a registered device, or as a new device by a pairing
 * token. The same key gets the same device again, and uses no token up, so that a lost answer does no harm.
 * @param address where the device calls from, for the audit log
 */
export async function joinDevice(deps: JoinDeps, order: JoinOrder, address: string): Promise<Joined> {
  refuseForeignKey(order);
  const join = () => inTransaction(deps.db, (tx) => joinOnce(tx, deps, order, address));
  const device = await join().catch((error: unknown) => {
    // The same key is joining a second time at this moment: now its device is there.
    if (violatesUnique(error, 'device_public_key')) return join();
    throw error;
  });
  deps.changes.tellDevices(device.project_id);
  return {
    device_id: device.public_id,
    installation_id: deps.installation.publicId,
    name: device.name,
    needs_approval: device.needs_approval,
  };
}

function refuseForeignKey({ public_key: publicKey, signature }: JoinOrder): void {
  if (!isPublicKey(publicKey)) {
    throw new Refusal('invalid_request', 'public_key must be an Ed25519 public key: 32 bytes as base64url', {
      field: 'public_key',
    });
  }
  if (isSignedBy(publicKey, joinProofText(publicKey), signature)) return;
  throw new Refusal('invalid_request', 'signature must be made with the private half of public_key', {
    field: 'signature',
  });
}

async function joinOnce(tx: Tx, deps: JoinDeps, order: JoinOrder, address: string): Promise<JoiningDevice> {
  const known = await lockDeviceOfKey(tx, order.public_key);
  if (known?.has_joined) return known;

  const registered = known ?? (order.token && (await lockDeviceToClaim(tx, hashToken(order.token))));
  if (registered) {
    await setDeviceJoined(tx, registered.id, order.public_key);
    await noteJoined(tx, registered, order, { address, after: { name: registered.name, apps: order.apps } });
    return registered;
  }
  const token = await usePairingToken(tx, order.token);
  const device = await addDevice(tx, deps, order, token);
  const after = { name: device.name, apps: order.apps, pairing_token: token.public_id };
  await noteJoined(tx, device, order, { address, after });
  return device;
}

async function addDevice(
  tx: Tx,
  { randomBytes }: JoinDeps,
  order: JoinOrder,
  token: PairingToken,
): Promise<JoiningDevice> {
  const id = publicId('d', randomBytes(8));
  const groupId = token.group_id ?? (await wishedGroup(tx, token.project_id, order.group));
  const random = Array.from({ length: 8 }, () => Buffer.from(randomBytes(4)).readUInt32BE() / 2 ** 32);
  for (const name of namesToTry(order.name ?? `device-${id}`, random)) {
    const added = await insertJoinedDevice(tx, {
      projectId: token.project_id,
      publicId: id,
      name,
      groupId,
      publicKey: order.public_key,
      needsApproval: token.needs_approval,
    });
    if (added !== null) return { ...token, id: added, public_id: id, name, has_joined: true };
  }
  throw new Refusal('already_exists', `There are too many devices called ${order.name}`, { field: 'name' });
}

async function wishedGroup(tx: Tx, projectId: number, name: string | null): Promise<number> {
  return name === null ? findUsualGroup(tx, projectId) : resolveGroup(tx, projectId, name);
}

async function noteJoined(
  tx: Tx,
  device: JoiningDevice,
  order: JoinOrder,
  { address, after }: { address: string; after: object },
): Promise<void> {
  await addDeviceApps(tx, device.project_id, device.id, order.apps);
  const actor = { accountId: device.account_id, actor: `device ${device.public_id}`, tokenId: null, address };
  await recordAuditEvent(tx, actor, {
    action: 'device.joined',
    target: device.public_id,
    projectId: device.project_id,
    after,
  });
}
