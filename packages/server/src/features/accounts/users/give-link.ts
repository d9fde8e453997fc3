import type { UserWithLink } from '@tideway/protocol';
import type { Tx } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Caller } from '../authenticate-token.ts';
import { createSecretToken } from '../secret-token.ts';
import { putLink } from '../sessions/session.store.ts';
import { linkHours } from '../sessions/sign-in-by-link.ts';
import { findUser } from './user.views.ts';

/** Makes a user's link to sign in once; the one before is void. */
export async function giveLink(
  tx: Tx,
  { randomBytes }: Pick<Deps, 'randomBytes'>,
  caller: Caller,
  user: { id: number; publicId: string },
): Promise<UserWithLink> {
  const { token, hash } = createSecretToken('twl', randomBytes);
  await putLink(tx, user.id, hash, linkHours);
  const shown = await findUser(tx, caller.accountId, user.publicId);
  if (shown === null) throw new Refusal('not_found', `There is no user ${user.publicId}`);
  return { ...shown, sign_in_token: token };
}
