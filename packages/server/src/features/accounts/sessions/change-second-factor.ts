import type { SecondFactor, SecondFactorOffer } from '@tideway/protocol';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import type { SignedIn } from './authenticate-session.ts';
import { confirmPassword } from './confirm-password.ts';
import { authenticatorUrl, createSecret, sealSecret, stepOfCode, takeCode } from './second-factor.ts';
import { lockUser, setSecondFactor, takeStep } from './session.store.ts';

type FactorDeps = Pick<Deps, 'db' | 'rates' | 'installation' | 'randomBytes'>;

/** Offers a second factor; nothing is kept of it before it is confirmed. */
export function offerSecondFactor({ randomBytes }: Pick<Deps, 'randomBytes'>, caller: SignedIn): SecondFactorOffer {
  const secret = createSecret(randomBytes);
  return { secret, url: authenticatorUrl(secret, caller.actor) };
}

/** Makes an offered second factor count, once the authenticator has shown that it has it. */
export async function setUpSecondFactor(
  deps: FactorDeps,
  caller: SignedIn,
  { password, secret, code }: SecondFactor,
): Promise<void> {
  await confirmPassword(deps, caller, password, 'password');
  await inTransaction(deps.db, async (tx) => {
    const user = await lockUser(tx, caller.userId);
    if (user?.second_factor !== null) {
      throw new Refusal('wrong_state', 'There is a second factor already: remove it first');
    }
    const step = stepOfCode(secret, code, user.now_ms);
    if (step === null) {
      throw new Refusal('wrong_credentials', 'This is not what the authenticator should show', { field: 'code' });
    }
    await setSecondFactor(tx, user.id, sealSecret(deps, secret));
    await takeStep(tx, user.id, step);
    await recordAuditEvent(tx, caller, { action: 'second_factor.set_up', target: caller.actor });
  });
}

/** Drops the second factor, by the password and a code. */
export async function removeSecondFactor(
  deps: FactorDeps,
  caller: SignedIn,
  { password, code }: { password: string; code: string },
): Promise<void> {
  await confirmPassword(deps, caller, password, 'password');
  await inTransaction(deps.db, async (tx) => {
    const user = await lockUser(tx, caller.userId);
    if (user === null || user.second_factor === null) {
      throw new Refusal('wrong_state', 'There is no second factor');
    }
    if (!(await takeCode(tx, deps, user, code))) {
      throw new Refusal('wrong_credentials', 'This code is wrong, or was used already', { field: 'code' });
    }
    await setSecondFactor(tx, user.id, null);
    await recordAuditEvent(tx, caller, { action: 'second_factor.removed', target: caller.actor });
  });
}
