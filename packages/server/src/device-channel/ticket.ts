import type { ProvenDevice } from '../features/devices/note-contact.ts';
import { readSignedText, signText } from './signed-text.ts';

/** Seconds for which a ticket counts. */
export const ticketValidForS = 3600;

/**
 * A text by which a device that has proved itself is known for an hour, without a look into the database. The clock of
 * the server that checks it decides; the database decides with each use whether its session still counts.
 */
export function createTicket(ticketKey: Uint8Array, device: ProvenDevice, nowMs: number): string {
  const endsAtMs = nowMs + ticketValidForS * 1000;
  return signText(ticketKey, 'ticket', `${device.id}.${device.session}.${endsAtMs}`);
}

/** Whether this is a ticket that we gave, however long ago. */
export function isOurTicket(ticketKey: Uint8Array, ticket: string): boolean {
  return readSignedText(ticketKey, 'ticket', ticket) !== null;
}

/** Whose ticket this is; null where it is none of ours, or has expired. */
export function readTicket(ticketKey: Uint8Array, ticket: string, nowMs: number): ProvenDevice | null {
  const text = readSignedText(ticketKey, 'ticket', ticket);
  if (text === null) return null;
  const [id, session, endsAtMs] = text.split('.').map(Number);
  if (id === undefined || session === undefined || endsAtMs === undefined) return null;
  return nowMs < endsAtMs ? { id, session } : null;
}
