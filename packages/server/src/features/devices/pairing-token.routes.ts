import { createdPairingTokenSchema, newPairingTokenSchema, pairingTokenSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { idPageQuery } from '../../platform/http/id-page.ts';
import { defineRoute, pageOf, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { createPairingToken } from './create-pairing-token.ts';
import { listPairingTokens } from './pairing-token.views.ts';
import { revokePairingToken } from './revoke-pairing-token.ts';

const tag = 'Pairing tokens';

/** What lets new devices join a project. */
export function pairingTokenRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/pairing-tokens',
      tag,
      summary: 'List the pairing tokens that are not revoked',
      access: inProject(deps, 'admin'),
      params: z.object(projectParams),
      query: idPageQuery,
      answer: pageOf(pairingTokenSchema),
      handle: ({ caller, query }) => listPairingTokens(deps.db, caller.project.id, query),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/:project_key/pairing-tokens',
      tag,
      summary: 'Create a pairing token; it is shown this once',
      access: inProject(deps, 'admin'),
      params: z.object(projectParams),
      body: newPairingTokenSchema,
      status: 201,
      answer: createdPairingTokenSchema,
      handle: ({ caller, body }) => createPairingToken(deps, caller, body),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/:project_key/pairing-tokens/:id',
      tag,
      summary: 'Revoke a pairing token; the devices that joined with it stay',
      access: inProject(deps, 'admin'),
      params: z.object({ ...projectParams, id: z.string() }),
      status: 204,
      handle: ({ caller, params }) => revokePairingToken(deps, caller, params.id),
    }),
  ];
}
