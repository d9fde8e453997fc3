import { type Role, roleCovers } from '@tideway/protocol';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../../platform/http/route.ts';
import { Refusal } from '../../platform/refusal.ts';
import { type AuthenticationDeps, authenticateToken, type Caller } from './authenticate-token.ts';
import { authenticateSession } from './sessions/authenticate-session.ts';

/** Admits callers of the account who have this role or a higher one. */
export function signedIn(deps: AuthenticationDeps, role: Role): Access<Caller> {
  return { needs: role, role, admit: (request) => admitWithRole(deps, request, role) };
}

/** Finds out who calls by the `Authorization` header, or else by the browser's session, and refuses whose role is too low. */
export async function admitWithRole(deps: AuthenticationDeps, request: FastifyRequest, role: Role): Promise<Caller> {
  const token = bearerToken(request.headers.authorization);
  const caller =
    token === null ? await authenticateSession(deps, request) : await authenticateToken(deps, token, request.ip);
  if (caller === null) throw new Refusal('invalid_token', 'An access token is needed: Authorization: Bearer <token>');
  requireRole(caller, role);
  return caller;
}

/** Refuses with `forbidden` where the caller's role is below the one that is needed. */
export function requireRole(caller: Caller, needed: Role): void {
  if (roleCovers(caller.role, needed)) return;
  throw new Refusal('forbidden', `This needs the role ${needed}; the token has the role ${caller.role}`);
}

/** The token of `Authorization: Bearer <token>`, or null where the header is missing or of another kind. */
export function bearerToken(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}
