import { newProjectSchema, projectChangesSchema, projectSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { idPageQuery } from '../../platform/http/id-page.ts';
import { defineRoute, pageOf, type Route } from '../../platform/http/route.ts';
import { signedIn } from '../accounts/signed-in.access.ts';
import { changeProject } from './change-project.ts';
import { createProject } from './create-project.ts';
import { deleteProject } from './delete-project.ts';
import { inProject, projectParams } from './in-project.access.ts';
import { listProjects, readProject } from './project.views.ts';

const tag = 'Projects';
const params = z.object(projectParams);

/** The fleets of an account. */
export function projectRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/projects',
      tag,
      summary: 'List the projects that the token may see',
      access: signedIn(deps, 'viewer'),
      query: idPageQuery,
      answer: pageOf(projectSchema),
      handle: ({ caller, query }) => listProjects(deps.db, caller, query),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/projects',
      tag,
      summary: 'Create a project with the group Production',
      access: signedIn(deps, 'admin'),
      body: newProjectSchema,
      status: 201,
      answer: projectSchema,
      handle: ({ caller, body }) => createProject(deps, caller, body),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key',
      tag,
      summary: 'Get a project',
      access: inProject(deps, 'viewer'),
      params,
      answer: projectSchema,
      handle: ({ caller }) => readProject(deps.db, caller.project.id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/v2/:project_key',
      tag,
      summary: "Change a project's name or key",
      access: inProject(deps, 'admin'),
      params,
      body: projectChangesSchema,
      answer: projectSchema,
      handle: ({ caller, body }) => changeProject(deps, caller, body),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/:project_key',
      tag,
      summary: 'Delete a project in which no update is open, with its devices',
      access: inProject(deps, 'admin'),
      params,
      status: 204,
      handle: ({ caller }) => deleteProject(deps, caller),
    }),
  ];
}
