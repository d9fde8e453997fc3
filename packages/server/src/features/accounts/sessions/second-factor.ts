import { Secret, TOTP } from 'otpauth';
import type { Tx } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { openSecrets, sealSecrets } from '../../../platform/secret-box.ts';
import { type SigningUser, takeStep } from './session.store.ts';

const periodS = 30;
const secretBytes = 20;

/** A new secret, in base32. */
export function createSecret(randomBytes: Deps['randomBytes']): string {
  return new Secret({ buffer: new Uint8Array(randomBytes(secretBytes)).buffer }).base32;
}

/** What an authenticator reads as a QR code. */
export function authenticatorUrl(secret: string, email: string): string {
  return new TOTP({ issuer: 'Tideway', label: email, secret: Secret.fromBase32(secret) }).toString();
}

/** The time step (RFC 6238) for which `code` is right: this one, the one before or the next; null for none. */
export function stepOfCode(secret: string, code: string, nowMs: number): number | null {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), period: periodS });
  const delta = totp.validate({ token: code, timestamp: nowMs, window: 1 });
  return delta === null ? null : Math.floor(nowMs / 1000 / periodS) + delta;
}

export function sealSecret(deps: Pick<Deps, 'installation' | 'randomBytes'>, secret: string): Buffer {
  return sealSecrets(deps.installation.secretsKey, { secret }, deps.randomBytes);
}

/** Whether the code is right for the user's second factor, and was not used before; from then on it was. */
export async function takeCode(
  tx: Tx,
  { installation }: Pick<Deps, 'installation'>,
  user: SigningUser,
  code: string,
): Promise<boolean> {
  if (user.second_factor === null) return false;
  const { secret = '' } = openSecrets(installation.secretsKey, user.second_factor);
  const step = stepOfCode(secret, code, user.now_ms);
  return step !== null && takeStep(tx, user.id, step);
}
