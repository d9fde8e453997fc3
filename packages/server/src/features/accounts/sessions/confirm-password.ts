import type { Deps } from '../../../platform/deps.ts';
import { requireNoPause } from '../../../platform/limits/limits.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { verifyPassword } from '../password.ts';
import type { SignedIn } from './authenticate-session.ts';
import { findUserByEmail } from './session.store.ts';

/** Refuses where this is not the caller's password; a browser left alone must not be enough for what matters. */
export async function confirmPassword(
  { db, rates }: Pick<Deps, 'db' | 'rates'>,
  { actor: email, userId }: SignedIn,
  password: string | undefined,
  field: string,
): Promise<void> {
  const key = `email ${email.toLowerCase()}`;
  requireNoPause(rates.signIns.pauseMs(key), 'with a wrong password');
  const user = await findUserByEmail(db, email);
  const stored = user?.id === userId ? user.password_hash : null;
  if (stored !== null && password !== undefined && (await verifyPassword(password, stored))) return;
  rates.signIns.charge(key);
  throw new Refusal('wrong_credentials', 'This is not your password', { field });
}
