import { randomBytes } from 'node:crypto';
import type { Db } from '../../../platform/database/database.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { attemptFrom } from '../../../platform/limits/limits.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import { findOwner } from '../access-token.store.ts';
import { hashToken } from '../hash-token.ts';
import { createSecretToken } from '../secret-token.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { findUserByEmail, lockUser, putLink, takeLink } from './session.store.ts';

/** A link is good for so long. */
export const linkHours = 24;

/** Signs somebody in by a link, which is used up by that. */
export async function signInByLink(
  deps: Pick<Deps, 'db' | 'rates' | 'randomBytes' | 'lastUses'>,
  token: string,
  address: string,
): Promise<OpenedSession> {
  return attemptFrom(address, deps.rates.failures, () =>
    inTransaction(deps.db, async (tx, onCommit) => {
      const userId = await takeLink(tx, hashToken(token));
      const user = userId === null ? null : await lockUser(tx, userId);
      if (user === null) throw new Refusal('invalid_token', 'This link is unknown, was used already, or is too old');
      return openSession(tx, onCommit, deps, user, { address, byLink: true });
    }),
  );
}

/**
 * Makes a link that signs a user in once, for whoever runs a command on the server's own machine; the user's link before
 * is void. Without an email it is the first owner's.
 */
export async function createSignInLink(db: Db, email: string | null): Promise<{ email: string; token: string }> {
  const { token, hash } = createSecretToken('twl', randomBytes);
  return inTransaction(db, async (tx) => {
    const user = email === null ? await ownerOf(tx) : await findUserByEmail(tx, email);
    if (user === null) throw new Refusal('not_found', email === null ? noOwner : `There is no user ${email}`);
    await putLink(tx, user.id, hash, linkHours);
    const actor = { accountId: user.account_id, actor: 'command line', tokenId: null, address: null };
    await recordAuditEvent(tx, actor, { action: 'sign_in_link.created', target: user.email });
    return { email: user.email, token };
  });
}

async function ownerOf(tx: Parameters<typeof lockUser>[0]) {
  const owner = await findOwner(tx, null);
  return owner === null ? null : lockUser(tx, owner.userId);
}

const noOwner = 'There is no account yet: start the server once to make it';
