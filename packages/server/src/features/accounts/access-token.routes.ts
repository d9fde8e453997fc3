import { accessTokenSchema, createdAccessTokenSchema, newAccessTokenSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { idPageQuery } from '../../platform/http/id-page.ts';
import { defineRoute, pageOf, type Route } from '../../platform/http/route.ts';
import { listAccessTokens } from './access-token.views.ts';
import { createAccessToken } from './create-access-token.ts';
import { revokeAccessToken } from './revoke-access-token.ts';
import { signedIn } from './signed-in.access.ts';

const tag = 'Access tokens';

/** What programs use instead of a password. */
export function accessTokenRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/access-tokens',
      tag,
      summary: "List one's own access tokens; for owners, all of the account",
      access: signedIn(deps, 'viewer'),
      query: idPageQuery,
      answer: pageOf(accessTokenSchema),
      handle: ({ caller, query }) => listAccessTokens(deps.db, caller, query),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/access-tokens',
      tag,
      summary: "Create an access token of one's own; the token is shown this once",
      access: signedIn(deps, 'viewer'),
      body: newAccessTokenSchema,
      status: 201,
      answer: createdAccessTokenSchema,
      handle: ({ caller, body }) => createAccessToken(deps, caller, body),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/access-tokens/:id',
      tag,
      summary: "Revoke an access token; owners also other people's",
      access: signedIn(deps, 'viewer'),
      params: z.object({ id: z.string() }),
      status: 204,
      handle: ({ caller, params }) => revokeAccessToken(deps, caller, params.id),
    }),
  ];
}
