import type { Challenge } from '@tideway/protocol';
import { databaseTime } from '../platform/database/database-time.ts';
import type { Deps } from '../platform/deps.ts';
import { Refusal } from '../platform/refusal.ts';
import { readSignedText, signText } from './signed-text.ts';

const validForMs = 2 * 60 * 1000;

/**
 * Something new to sign for a device, so that what it signs proves that it is here now. It is kept nowhere: any server
 * can check it, and the database's clock, which they share, decides how long it counts.
 */
export async function createChallenge({
  db,
  randomBytes,
  installation,
}: Pick<Deps, 'db' | 'randomBytes' | 'installation'>): Promise<Challenge> {
  const now = await databaseTime(db);
  const chance = Buffer.from(randomBytes(16)).toString('base64url');
  return {
    challenge: signText(installation.ticketKey, 'challenge', `${now.getTime()}.${chance}`),
    server_time: now.toISOString(),
  };
}

/** Refuses a challenge that this installation has not given out, or too long ago. */
export function checkChallenge(ticketKey: Uint8Array, challenge: string, now: Date): void {
  const text = readSignedText(ticketKey, 'challenge', challenge);
  if (text === null) {
    throw new Refusal('invalid_request', 'challenge must be one that this server has given out', {
      field: 'challenge',
    });
  }
  const ageMs = now.getTime() - Number.parseInt(text, 10);
  if (ageMs <= validForMs) return;
  throw new Refusal('wrong_state', 'The challenge has expired: ask for a new one', { field: 'challenge' });
}
