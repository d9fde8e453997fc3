import type { Role } from '@tideway/protocol';
import { z } from 'zod';
import type { Access } from '../../platform/http/route.ts';
import { isStorable } from '../../platform/http/storable-text.rules.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { AuthenticationDeps, Caller } from '../accounts/authenticate-token.ts';
import { admitWithRole, requireRole } from '../accounts/signed-in.access.ts';
import { findProject, type Project } from './find-project.ts';

/** A caller with the project that the path names. */
export type ProjectCaller = Caller & { project: Project };

/** The part of every project's paths that names it. */
export const projectParams = { project_key: z.string() };

/**
 * Admits callers who have this role in the project of the path. A project that they may not see is answered like one
 * that does not exist, whatever the role.
 */
export function inProject(deps: AuthenticationDeps, role: Role): Access<ProjectCaller> {
  return {
    needs: `${role} in the project`,
    role,
    admit: async (request) => {
      const caller = await admitWithRole(deps, request, 'viewer');
      const { project_key: keyOrName } = request.params as { project_key: string };
      const project = isStorable(keyOrName) ? await findProject(deps.db, caller, keyOrName) : null;
      if (project === null) throw new Refusal('not_found', 'There is no such project, or you may not see it');
      requireRole(caller, role);
      return { ...caller, project };
    },
  };
}
