import { Grid, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { Deployment } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { Page } from '../../platform/ui/page.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { StatusBar, StatusCountsLine } from '../../platform/ui/status-bar.tsx';
import { deploymentQuery } from './deployment.queries.ts';
import { DeploymentActions } from './deployment-actions.tsx';
import { DeploymentBanners } from './deployment-banners.tsx';
import { FailuresSection } from './failures-section.tsx';
import { NoDeployment } from './no-deployment.tsx';
import { OrderSection } from './order-section.tsx';
import { ProgressSection } from './progress-section.tsx';
import { StateMark } from './state-mark.tsx';
import { UpdatePanel } from './update-panel.tsx';
import { UpdatesSection } from './updates-section.tsx';

/** One deployment: how it goes, what went wrong where, and what was ordered. */
export function DeploymentPage() {
  const { project, deployment: id } = useParams({ from: '/signed-in/p/$project/deployments/$deployment' });
  const { data, error, isPending, refetch } = useQuery(deploymentQuery(project, id));
  if (isPending) return <LoadingNote what="Loading the deployment" />;
  if (data === undefined) return <NoDeployment project={project} error={error} onRetry={() => void refetch()} />;
  const { flow, counts, devices, archived_at } = data;
  const isKept = archived_at === null;
  return (
    <Page
      title={`${flow.name} ${id}`}
      heading={<Heading project={project} deployment={data} />}
      actions={<DeploymentActions project={project} deployment={data} />}
    >
      <Stack gap="md">
        {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
        <Section title={countText(devices, 'device')} actions={<StateMark deployment={data} />}>
          <Stack gap="sm">
            <StatusCountsLine counts={counts} />
            <StatusBar counts={counts} />
            <DeploymentBanners project={project} deployment={data} />
          </Stack>
        </Section>
        {isKept && counts.failed > 0 && <FailuresSection project={project} id={id} />}
        {isKept && <UpdatesSection key={id} project={project} deployment={data} />}
        <Grid gap="md">
          {isKept && (
            <Grid.Col span={{ base: 12, lg: 6 }}>
              <ProgressSection project={project} id={id} isOpen={data.finished_at === null} />
            </Grid.Col>
          )}
          <Grid.Col span={{ base: 12, lg: isKept ? 6 : 12 }}>
            <OrderSection project={project} deployment={data} />
          </Grid.Col>
        </Grid>
      </Stack>
      {isKept && <UpdatePanel project={project} deployment={data} />}
    </Page>
  );
}

function Heading({ project, deployment: { id, flow, app } }: { project: string; deployment: Deployment }) {
  return (
    <Group gap="xs" component="span" align="baseline">
      <TextLink
        to="/p/$project/flows/$flow"
        params={{ project, flow: flow.id }}
        search={{ version: flow.version }}
        size="xl"
        fw={600}
        c="inherit"
      >
        {flow.name} v{flow.version}
      </TextLink>
      {app !== null && (
        <span style={{ fontWeight: 400 }}>
          {app.name} {app.version}
        </span>
      )}
      <span className="mono" style={{ fontWeight: 400, color: 'var(--quiet)' }}>
        {id}
      </span>
    </Group>
  );
}
