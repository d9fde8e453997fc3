import { newRegistrySchema, registryChangesSchema, registrySchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, pageOf, pageQuery, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { changeRegistry } from './change-registry.ts';
import { createRegistry } from './create-registry.ts';
import { deleteRegistry } from './delete-registry.ts';
import { getRegistry } from './get-registry.ts';
import { listRegistries } from './registry.views.ts';

const tag = 'Registries';
const params = z.object({ ...projectParams, id: z.string() });

/** Sources that flows name, with the credentials that devices get for an update. */
export function registryRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/registries',
      tag,
      summary: 'List the registries in the order of their names, without their passwords',
      access: inProject(deps, 'admin'),
      params: z.object(projectParams),
      query: pageQuery,
      answer: pageOf(registrySchema),
      handle: ({ caller, query }) => listRegistries(deps.db, caller.project.id, query),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/:project_key/registries',
      tag,
      summary: 'Create a registry; its password is never shown again',
      access: inProject(deps, 'admin'),
      params: z.object(projectParams),
      body: newRegistrySchema,
      status: 201,
      answer: registrySchema,
      handle: ({ caller, body }) => createRegistry(deps, caller, body),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/registries/:id',
      tag,
      summary: 'Get a registry, without its password',
      access: inProject(deps, 'admin'),
      params,
      answer: registrySchema,
      handle: ({ caller, params }) => getRegistry(deps, caller, params.id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/v2/:project_key/registries/:id',
      tag,
      summary: 'Change a registry; a password that is not given stays',
      access: inProject(deps, 'admin'),
      params,
      body: registryChangesSchema,
      answer: registrySchema,
      handle: ({ caller, params, body }) => changeRegistry(deps, caller, params.id, body),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/:project_key/registries/:id',
      tag,
      summary: 'Delete a registry that no open update needs',
      access: inProject(deps, 'admin'),
      params,
      status: 204,
      handle: ({ caller, params }) => deleteRegistry(deps, caller, params.id),
    }),
  ];
}
