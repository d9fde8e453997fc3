import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../../platform/refusal.ts';
import { attemptWithKey } from '../attempt-with-key.ts';
import type { AuthenticationDeps, Caller } from '../authenticate-token.ts';
import { hashToken } from '../hash-token.ts';
import { isOfOwnPage } from './same-origin.rules.ts';
import { findSession, type SessionRow } from './session.store.ts';
import { sessionOfCookie } from './session-cookie.ts';

/** Somebody who is signed in in a browser. */
export type SignedIn = Caller & { session: SessionRow };

/** Finds out who calls by the cookie of their browser; null where it shows none. */
export async function authenticateSession(deps: AuthenticationDeps, request: FastifyRequest): Promise<SignedIn | null> {
  const token = sessionOfCookie(request.headers.cookie);
  if (token === null) return null;
  if (!isOfOwnPage(request.method, request.headers.origin, request.host)) {
    throw new Refusal('forbidden', 'A call with a cookie has to come from a page of this server (Origin)');
  }
  return attemptWithKey(deps, { token, who: 'in this session', address: request.ip }, async () => {
    const session = await findSession(deps.db, hashToken(token));
    if (session === null) throw new Refusal('invalid_token', 'The session is over: sign in again');
    return {
      accountId: session.account_id,
      actor: session.email,
      tokenId: null,
      address: request.ip,
      userId: session.user_id,
      role: session.role,
      projectIds: session.project_ids,
      session,
    };
  });
}
