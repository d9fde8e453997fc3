import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { followedThing, takeEvents } from '../features/deployments/live-deployments.ts';
import { rememberProject } from '../features/projects/project.queries.ts';
import { useEventStream } from '../platform/live/event-stream.ts';

/** All pages of a project: what they show follows the server's events, by one stream at a time. */
export function LiveProject() {
  const { project } = useParams({ from: '/signed-in/p/$project' });
  const { deployment } = useParams({ strict: false });
  const queries = useQueryClient();
  useEffect(() => rememberProject(project), [project]);
  useEventStream(followedThing(project, deployment ?? null), (events) => takeEvents(queries, project, events));
  return <Outlet />;
}
