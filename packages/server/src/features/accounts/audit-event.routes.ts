import { auditEventSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { idPageQuery } from '../../platform/http/id-page.ts';
import { defineRoute, pageOf, type Route } from '../../platform/http/route.ts';
import { listAuditEvents } from '../audit/list-audit-events.ts';
import { signedIn } from './signed-in.access.ts';

// In this folder, because the audit log itself knows nothing of who may sign in.
/** Who changed what, from where. */
export function auditEventRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/audit-events',
      tag: 'Audit log',
      summary: 'List the changes, newest first',
      access: signedIn(deps, 'admin'),
      query: idPageQuery.extend({
        project_key: z.string().max(128).optional(),
        actor: z.string().max(320).optional(),
        action: z.string().max(64).optional(),
        search: z.string().max(128).optional(),
      }),
      answer: pageOf(auditEventSchema),
      handle: ({ caller, query }) => listAuditEvents(deps.db, caller, query),
    }),
  ];
}
