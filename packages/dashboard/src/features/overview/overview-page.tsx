import { SimpleGrid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { overviewQuery } from '../projects/overview.queries.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { AppVersions } from './app-versions.tsx';
import { DeviceStates } from './device-states.tsx';
import { LatestEvents } from './latest-events.tsx';
import { useNewestDeployments } from './overview.queries.ts';
import { RecentDeployments } from './recent-deployments.tsx';
import { RecentFailures } from './recent-failures.tsx';
import { RunningDeployments } from './running-deployments.tsx';
import { SuccessRate } from './success-rate.tsx';
import { WayIn } from './way-in.tsx';

/** The fleet at a glance, or the way to its first deployment. */
export function OverviewPage() {
  const project = useProjectKey();
  const overview = useQuery(overviewQuery(project));
  const newest = useNewestDeployments(project, undefined, 10);
  const mayReadEvents = useMay('admin');
  const error = overview.error ?? newest.error;
  if (overview.data === undefined || newest.isLoading) {
    return (
      <Page title="Overview">
        {error ? <ErrorNote error={error} onRetry={overview.refetch} /> : <LoadingNote what="Loading the overview" />}
      </Page>
    );
  }
  const { devices, app_versions, days, failures } = overview.data;
  const isNew = newest.items.length === 0 && newest.error === null;
  return (
    <Page title="Overview">
      <Stack>
        {overview.error && <ErrorNote error={overview.error} onRetry={overview.refetch} />}
        {isNew && <WayIn project={project} devices={devices.total} />}
        {(devices.total > 0 || !isNew) && <DeviceStates project={project} devices={devices} />}
        {!isNew && <RunningDeployments project={project} counts={overview.data.deployments} />}
        {!isNew && (
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <SuccessRate days={days} />
            <RecentFailures project={project} failures={failures} />
          </SimpleGrid>
        )}
        {(app_versions.length > 0 || !isNew) && <AppVersions project={project} versions={app_versions} />}
        {mayReadEvents ? (
          <LatestEvents project={project} />
        ) : (
          !isNew && <RecentDeployments project={project} deployments={newest.items} />
        )}
      </Stack>
    </Page>
  );
}
