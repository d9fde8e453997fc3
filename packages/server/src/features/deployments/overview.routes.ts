import { overviewSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { viewOverview } from './overview.views.ts';

/** The first page that people look at. */
export function overviewRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/overview',
      tag: 'Projects',
      summary: 'See a project at a glance: its devices, what runs on them, and how its deployments go',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      answer: overviewSchema,
      handle: ({ caller }) => viewOverview(deps.db, caller.project.id),
    }),
  ];
}
