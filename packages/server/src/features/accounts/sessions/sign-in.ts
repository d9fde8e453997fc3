import type { SignIn } from '@tideway/protocol';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { requireNoPause } from '../../../platform/limits/limits.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { hashPassword, verifyPassword } from '../password.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { takeCode } from './second-factor.ts';
import { findUserByEmail, lockUser } from './session.store.ts';

type SignInDeps = Pick<Deps, 'db' | 'rates' | 'randomBytes' | 'installation' | 'lastUses'>;

/**
 * Signs somebody in by a password, and by a code where they have a second factor. Failures are counted by address and by
 * email: who guesses has to wait, whatever they guess from.
 */
export async function signIn(deps: SignInDeps, { email, password, code }: SignIn, address: string) {
  const keys = [address, `email ${email.toLowerCase()}`];
  for (const key of keys) requireNoPause(deps.rates.signIns.pauseMs(key), 'that failed to sign in');
  try {
    return await signInOnce(deps, { email, password, ...(code !== undefined && { code }) }, address);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'wrong_credentials') {
      for (const key of keys) deps.rates.signIns.charge(key);
    }
    throw error;
  }
}

async function signInOnce(
  deps: SignInDeps,
  { email, password, code }: SignIn,
  address: string,
): Promise<OpenedSession> {
  const found = await findUserByEmail(deps.db, email);
  // An unknown email takes as long as a wrong password.
  const isRight = await verifyPassword(password, found?.password_hash ?? (await decoy));
  if (found === null || found.password_hash === null || !isRight) {
    throw new Refusal('wrong_credentials', 'There is no user with this email and this password', { field: 'password' });
  }
  return inTransaction(deps.db, async (tx, onCommit) => {
    const user = await lockUser(tx, found.id);
    if (user?.password_hash !== found.password_hash) {
      throw new Refusal('wrong_credentials', 'The password was changed in this instant', { field: 'password' });
    }
    if (user.second_factor !== null && code === undefined) {
      throw new Refusal('wrong_credentials', 'The code of your authenticator is needed, too', { field: 'code' });
    }
    if (user.second_factor !== null && !(await takeCode(tx, deps, user, code ?? ''))) {
      throw new Refusal('wrong_credentials', 'This code is wrong, or was used already', { field: 'code' });
    }
    return openSession(tx, onCommit, deps, user, { address, byLink: false });
  });
}

const decoy = hashPassword('nobody has this password');
