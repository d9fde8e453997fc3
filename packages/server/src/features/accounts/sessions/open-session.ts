import type { Session } from '@tideway/protocol';
import type { OnCommit, Tx } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import { hashToken } from '../hash-token.ts';
import { createSecretToken } from '../secret-token.ts';
import { findSession, insertSession, type SessionRow, type SigningUser } from './session.store.ts';

/** What the cookie is to hold, and who is signed in with it. */
export type OpenedSession = { token: string; session: Session };

/** Opens a session of a user who has shown who they are. */
export async function openSession(
  tx: Tx,
  onCommit: OnCommit,
  { randomBytes, lastUses }: Pick<Deps, 'randomBytes' | 'lastUses'>,
  user: SigningUser,
  from: { address: string; byLink: boolean },
): Promise<OpenedSession> {
  const { token, hash } = createSecretToken('tws', randomBytes);
  await insertSession(tx, user.id, hash, from);
  const actor = { accountId: user.account_id, actor: user.email, tokenId: null, address: from.address };
  const after = { by: from.byLink ? 'link' : 'password' };
  await recordAuditEvent(tx, actor, { action: 'session.opened', target: user.email, after });
  const row = await findSession(tx, hashToken(token));
  if (row === null) throw new Refusal('unavailable', 'The user was deleted in this instant');
  onCommit(() => lastUses.note({ userId: user.id, tokenId: null }));
  return { token, session: sessionOf(row) };
}

export function sessionOf(row: SessionRow): Session {
  const { has_password, has_second_factor, by_link } = row;
  const user = { id: row.user_public_id, email: row.email, role: row.role };
  return { user, account: { name: row.account_name }, has_password, has_second_factor, by_link };
}
