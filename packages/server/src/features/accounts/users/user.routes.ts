import { newUserSchema, userChangesSchema, userSchema, userWithLinkSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../../platform/deps.ts';
import { idPageQuery } from '../../../platform/http/id-page.ts';
import { defineRoute, pageOf, type Route } from '../../../platform/http/route.ts';
import { signedIn } from '../signed-in.access.ts';
import { changeUser } from './change-user.ts';
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { renewLink } from './renew-link.ts';
import { listUsers } from './user.views.ts';

const tag = 'Users';
const params = z.object({ id: z.string() });

/** Who may use the account, and what they may do. */
export function userRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/users',
      tag,
      summary: 'List the users of the account, oldest first',
      access: signedIn(deps, 'admin'),
      query: idPageQuery,
      answer: pageOf(userSchema),
      handle: ({ caller, query }) => listUsers(deps.db, caller.accountId, query),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/users',
      tag,
      summary: 'Let somebody in; the answer carries a link by which they sign in once, this once',
      access: signedIn(deps, 'owner'),
      body: newUserSchema,
      status: 201,
      answer: userWithLinkSchema,
      handle: ({ caller, body }) => createUser(deps, caller, body),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/v2/users/:id',
      tag,
      summary: 'Change the role of a user, or the projects that they may see',
      access: signedIn(deps, 'owner'),
      params,
      body: userChangesSchema,
      answer: userSchema,
      handle: ({ caller, params, body }) => changeUser(deps, caller, params.id, body),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/users/:id/sign-in-link',
      tag,
      summary: 'Make another link by which a user signs in once, as where the password is forgotten',
      access: signedIn(deps, 'owner'),
      params,
      answer: userWithLinkSchema,
      handle: ({ caller, params }) => renewLink(deps, caller, params.id),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/users/:id',
      tag,
      summary: 'Lock a user out for good, with their sessions and access tokens',
      access: signedIn(deps, 'owner'),
      params,
      status: 204,
      handle: ({ caller, params }) => deleteUser(deps, caller, params.id),
    }),
  ];
}
