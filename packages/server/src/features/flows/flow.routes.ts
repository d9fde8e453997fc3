import {
  checkedFlowsSchema,
  flowVersionSummarySchema,
  savedFlowsSchema,
  updateFlowSchema,
  updateFlowVersionSchema,
} from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { idPageQuery } from '../../platform/http/id-page.ts';
import { defineRoute, pageOf, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { checkFlows } from './check-flows.ts';
import { deleteFlow } from './delete-flow.ts';
import { listFlows, listVersions, readFlow } from './flow.views.ts';
import { addFlowVersion, createFlows } from './save-flow.ts';

const tag = 'Update flows';
const path = '/api/v2/:project_key/update-flows';
const params = z.object({ ...projectParams, id: z.string() });

/** Lists of steps that updates carry out, in immutable versions. */
export function flowRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: 'List the flows, newest first',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      query: idPageQuery,
      answer: pageOf(updateFlowSchema),
      handle: ({ caller, query }) => listFlows(deps.db, caller.project.id, query),
    }),
    defineRoute({
      method: 'POST',
      path,
      tag,
      summary: 'Create the flows of a text in YAML or JSON, all or none',
      access: inProject(deps, 'admin'),
      bodyForm: 'text',
      params: z.object(projectParams),
      query: z.strictObject({ id: z.string().optional() }),
      body: z.string(),
      status: 201,
      answer: savedFlowsSchema,
      handle: ({ caller, query, body }) => createFlows(deps, caller, body, query.id),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/check`,
      tag,
      summary: 'Check a text of flows without saving it; with id, as the new version of that flow',
      access: inProject(deps, 'viewer'),
      bodyForm: 'text',
      params: z.object(projectParams),
      query: z.strictObject({ id: z.string().optional() }),
      body: z.string(),
      answer: checkedFlowsSchema,
      handle: ({ caller, query, body }) => checkFlows(deps, caller, body, query.id ?? null),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/:id`,
      tag,
      summary: 'Get a flow: its newest version, or the one asked for',
      access: inProject(deps, 'viewer'),
      params,
      query: z.strictObject({ version: z.coerce.number().int().min(1).max(2_147_483_647).optional() }),
      answer: updateFlowVersionSchema,
      handle: ({ caller, params, query }) => readFlow(deps.db, caller.project.id, params.id, query.version ?? null),
    }),
    defineRoute({
      method: 'PUT',
      path: `${path}/:id`,
      tag,
      summary: 'Add a version to a flow',
      access: inProject(deps, 'admin'),
      bodyForm: 'text',
      params,
      body: z.string(),
      answer: savedFlowsSchema,
      handle: ({ caller, params, body }) => addFlowVersion(deps, caller, params.id, body),
    }),
    defineRoute({
      method: 'DELETE',
      path: `${path}/:id`,
      tag,
      summary: 'Delete a flow; deployments of it go on',
      access: inProject(deps, 'admin'),
      params,
      status: 204,
      handle: ({ caller, params }) => deleteFlow(deps, caller, params.id),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/:id/versions`,
      tag,
      summary: 'List the versions of a flow, newest first',
      access: inProject(deps, 'viewer'),
      params,
      answer: z.object({ items: z.array(flowVersionSummarySchema), next: z.null() }),
      handle: async ({ caller, params }) => ({
        items: await listVersions(deps.db, caller.project.id, params.id),
        next: null,
      }),
    }),
  ];
}
