import { artifactPathSchema, artifactUsesSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { findArtifactUses } from './find-artifact-uses.ts';

/** What stands against deleting an artifact. */
export function artifactUseRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      // Beside the artifacts, because below them every address is a path of one.
      path: '/api/v2/:project_key/artifact-uses',
      tag: 'Artifacts',
      summary: 'Learn which flows name an artifact, and which deployments were given it',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      query: z.strictObject({ path: artifactPathSchema }),
      answer: artifactUsesSchema,
      handle: ({ caller, query }) => findArtifactUses(deps.db, caller.project.id, query.path),
    }),
  ];
}
