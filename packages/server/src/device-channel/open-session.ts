import { type SessionGranted, type SessionRequest, sessionProofText } from '@tideway/protocol';
import { beginSession } from '../features/devices/begin-session.ts';
import { isSignedBy } from '../features/devices/device-signature.ts';
import { findJoinedDevice } from '../features/devices/find-joined-device.ts';
import { databaseTime } from '../platform/database/database-time.ts';
import type { Deps } from '../platform/deps.ts';
import { Refusal } from '../platform/refusal.ts';
import { checkChallenge } from './challenge.ts';
import { createTicket, ticketValidForS } from './ticket.ts';

/**
 * Gives a device that signed a fresh challenge with its key a ticket for the calls of the next hour. The ticket that it
 * had before counts no more.
 */
export async function openSession(
  deps: Pick<Deps, 'db' | 'installation' | 'batches'>,
  { device_id: deviceId, public_key: publicKey, challenge, signature }: SessionRequest,
): Promise<SessionGranted> {
  const { db, installation } = deps;
  const now = await databaseTime(db);
  checkChallenge(installation.ticketKey, challenge, now);
  const id = await findJoinedDevice(db, deviceId, publicKey);
  const proof = sessionProofText(challenge, installation.publicId, deviceId);
  const isProven = id !== null && isSignedBy(publicKey, proof, signature);
  const session = isProven ? await beginSession(deps, { id, publicKey }) : null;
  if (id === null || session === null) {
    throw new Refusal('invalid_token', 'There is no device with this id and key here, or it has not signed this');
  }
  return {
    ticket: createTicket(installation.ticketKey, { id, session }, Date.now()),
    expires_in_s: ticketValidForS,
    installation_id: installation.publicId,
    server_time: now.toISOString(),
  };
}
