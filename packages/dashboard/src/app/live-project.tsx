import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { followedThing, takeEvents } from '../features/deployments/live-deployments.ts';
import { projectsQuery, rememberProject, useIsGone, useProjectKey } from '../features/projects/project.queries.ts';
import { sessionQuery } from '../features/session/session.queries.ts';
import { hasSessionEnded } from '../platform/api/session-end.ts';
import { useEventStream, useLiveState } from '../platform/live/event-stream.ts';
import { TextLink } from '../platform/ui/links.tsx';
import { Page } from '../platform/ui/page.tsx';

/** All pages of a project, while there is such a project. */
export function LiveProject() {
  const project = useProjectKey();
  // Each project is looked for anew.
  return <PagesOfProject key={project} project={project} />;
}

function PagesOfProject({ project }: { project: string }) {
  return useIsGone(project) ? <NoSuchProject project={project} /> : <FollowedProject project={project} />;
}

/** What the pages show follows the server's events, by one stream at a time. */
function FollowedProject({ project }: { project: string }) {
  const { deployment } = useParams({ strict: false });
  const queries = useQueryClient();
  useEffect(() => rememberProject(project), [project]);
  useEventStream(followedThing(project, deployment ?? null), (events) => takeEvents(queries, project, events));
  const live = useLiveState();
  useEffect(() => {
    if (live !== 'lost' && live !== 'gone') return;
    // The project may be gone, or somebody else may have signed in.
    void queries.invalidateQueries({ queryKey: projectsQuery.queryKey });
    if (!hasSessionEnded()) void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  }, [live, queries]);
  return <Outlet />;
}

function NoSuchProject({ project }: { project: string }) {
  return (
    <Page title="There is no such project">
      <Text size="sm" mb="xs">
        {`There is no project ${project}, or not any more, or you may not see it.`}
      </Text>
      <TextLink to="/">To another project</TextLink>
    </Page>
  );
}
