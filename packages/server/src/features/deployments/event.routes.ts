import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { type Call, defineRoute, type Route } from '../../platform/http/route.ts';
import { inProject, type ProjectCaller, projectParams } from '../projects/in-project.access.ts';
import { type Follower, followDeployment, followProject } from './follow.ts';
import type { Followers } from './followers.ts';

const eventStream = { streams: 'text/event-stream', isAlwaysAnswered: true } as const;

/** Server-sent events of deployments; their forms are in `protocol/src/rest/events.ts`. */
export function eventRoutes(deps: Deps, followers: Followers): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/deployments/:id/events',
      tag: 'Deployments',
      summary: 'Follow a deployment: server-sent events `counts`, `update` and `resync`',
      access: inProject(deps, 'viewer'),
      params: z.object({ ...projectParams, id: z.string() }),
      ...eventStream,
      handle: async (call) => bodyOf(call, await followDeployment(deps, followers, followerOf(call), call.params.id)),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/events',
      tag: 'Deployments',
      summary:
        'Follow a project: the same events of each of its deployments, and `devices` when some have come, gone or been changed',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      ...eventStream,
      handle: async (call) => bodyOf(call, await followProject(deps, followers, followerOf(call))),
    }),
  ];
}

type AnyCall = Pick<Call<ProjectCaller, unknown, unknown, unknown>, 'caller' | 'headers' | 'admitAgain' | 'setHeader'>;

function followerOf({ caller, headers, admitAgain }: AnyCall): Follower {
  const lastEventId = headers['last-event-id'];
  return { caller, admitAgain, lastEventId: typeof lastEventId === 'string' ? lastEventId : null };
}

/** Nothing on the way keeps the events back or answers with old ones. */
function bodyOf({ setHeader }: AnyCall, stream: { body: unknown }): unknown {
  setHeader('cache-control', 'no-store');
  setHeader('x-accel-buffering', 'no');
  return stream.body;
}
