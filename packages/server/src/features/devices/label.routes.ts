import { labelInUseSchema, labelSchema, newLabelSchema, type Role } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, pageOf, pageQuery, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { createLabel } from './create-label.ts';
import { deleteLabel } from './delete-label.ts';
import { listLabels } from './label.views.ts';
import type { LabelKind } from './label-kind.ts';
import { renameLabel } from './rename-label.ts';

/** Groups, tags and apps: the names by which orders pick devices. */
export function labelRoutes(deps: Deps): Route[] {
  return [
    ...routesOf(deps, { kind: 'group', plural: 'groups', tag: 'Groups', role: 'operator' }),
    ...routesOf(deps, { kind: 'tag', plural: 'tags', tag: 'Tags', role: 'operator' }),
    ...routesOf(deps, { kind: 'app', plural: 'apps', tag: 'Apps', role: 'admin' }),
  ];
}

/** The calls of one kind; `role` is what changes need. */
function routesOf(deps: Deps, of: { kind: LabelKind; plural: string; tag: string; role: Role }): Route[] {
  const { kind, plural, tag, role } = of;
  const params = z.object({ ...projectParams, name: z.string() });
  return [
    defineRoute({
      method: 'GET',
      path: `/api/v2/:project_key/${plural}`,
      tag,
      summary: `List the ${plural} in the order of their names, each with how many devices carry it`,
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      query: pageQuery,
      answer: pageOf(labelInUseSchema),
      handle: ({ caller, query }) => listLabels(deps.db, kind, caller.project.id, query),
    }),
    defineRoute({
      method: 'POST',
      path: `/api/v2/:project_key/${plural}`,
      tag,
      summary: `Create one of the ${plural}`,
      access: inProject(deps, role),
      params: z.object(projectParams),
      body: newLabelSchema,
      status: 201,
      answer: labelSchema,
      handle: ({ caller, body }) => createLabel(deps, caller, kind, body),
    }),
    defineRoute({
      method: 'PATCH',
      path: `/api/v2/:project_key/${plural}/:name`,
      tag,
      summary: `Rename one of the ${plural}; devices keep it`,
      access: inProject(deps, role),
      params,
      body: newLabelSchema,
      answer: labelSchema,
      handle: ({ caller, params, body }) => renameLabel(deps, caller, kind, params.name, body),
    }),
    defineRoute({
      method: 'DELETE',
      path: `/api/v2/:project_key/${plural}/:name`,
      tag,
      summary: `Delete one of the ${plural} that nothing uses`,
      access: inProject(deps, role),
      params,
      status: 204,
      handle: ({ caller, params }) => deleteLabel(deps, caller, kind, params.name),
    }),
  ];
}
