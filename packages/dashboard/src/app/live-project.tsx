import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { followedPath, takeEvents } from '../features/deployments/live-deployments.ts';
import { rememberProject } from '../features/projects/project.queries.ts';
import { sessionQuery } from '../features/session/session.queries.ts';
import { useSessionHasEnded } from '../platform/api/session-end.ts';
import { useEventStream } from '../platform/live/event-stream.ts';

/** All pages of a project: what they show follows the server's events, by one stream at a time. */
export function LiveProject() {
  const { project } = useParams({ from: '/signed-in/p/$project' });
  const { deployment } = useParams({ strict: false });
  const queries = useQueryClient();
  useEffect(() => rememberProject(project), [project]);
  const hasEnded = useSessionHasEnded();
  useEventStream(
    followedPath(project, deployment ?? null),
    (events) => takeEvents(queries, project, events),
    // It may be the session that has ended: then the page asks for a new one, and goes on.
    () => void (hasEnded || queries.invalidateQueries({ queryKey: sessionQuery.queryKey })),
  );
  return <Outlet />;
}
