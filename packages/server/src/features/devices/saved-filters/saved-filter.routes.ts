import { newSavedFilterSchema, savedFilterSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../../platform/deps.ts';
import { defineRoute, pageOf, pageQuery, type Route } from '../../../platform/http/route.ts';
import { inProject, projectParams } from '../../projects/in-project.access.ts';
import { changeSavedFilter } from './change-saved-filter.ts';
import { createSavedFilter } from './create-saved-filter.ts';
import { deleteSavedFilter } from './delete-saved-filter.ts';
import { listSavedFilters } from './saved-filter.views.ts';

const tag = 'Devices';
const path = '/api/v2/:project_key/saved-filters';
const params = z.object({ ...projectParams, name: z.string() });

/** Filters of devices that everybody in the project finds under a name. */
export function savedFilterRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: 'List the saved filters in the order of their names',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      query: pageQuery,
      answer: pageOf(savedFilterSchema),
      handle: ({ caller, query }) => listSavedFilters(deps.db, caller.project.id, query),
    }),
    defineRoute({
      method: 'POST',
      path,
      tag,
      summary: 'Save a filter under a name; what it names is looked up when it is used',
      access: inProject(deps, 'operator'),
      params: z.object(projectParams),
      body: newSavedFilterSchema,
      status: 201,
      answer: savedFilterSchema,
      handle: ({ caller, body }) => createSavedFilter(deps, caller, body),
    }),
    defineRoute({
      method: 'PUT',
      path: `${path}/:name`,
      tag,
      summary: 'Put another filter in the place of a saved one; with another name, it is found under that',
      access: inProject(deps, 'operator'),
      params,
      body: newSavedFilterSchema,
      answer: savedFilterSchema,
      handle: ({ caller, params, body }) => changeSavedFilter(deps, caller, params.name, body),
    }),
    defineRoute({
      method: 'DELETE',
      path: `${path}/:name`,
      tag,
      summary: 'Delete a saved filter',
      access: inProject(deps, 'operator'),
      params,
      status: 204,
      handle: ({ caller, params }) => deleteSavedFilter(deps, caller, params.name),
    }),
  ];
}
