import { Grid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ButtonLink, TextLink } from '../../platform/ui/links.tsx';
import { MissingThing } from '../../platform/ui/missing-thing.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { deviceQuery, openUpdatesQuery, whyQuery } from './device.queries.ts';
import { DeviceActions } from './device-actions.tsx';
import { DeviceApps } from './device-apps.tsx';
import { DeviceFacts } from './device-facts.tsx';
import { DeviceConfiguration, DeviceSays } from './device-says.tsx';
import { DeviceStateMark } from './device-state-mark.tsx';
import { DeviceUpdates } from './device-updates.tsx';
import { FilterExplanation } from './filter-explanation.tsx';
import { NamedUpdate } from './named-update.tsx';
import { RunningUpdate } from './running-update.tsx';
import { UpdateTrigger } from './update-trigger.tsx';
import { WhyPanel } from './why-panel.tsx';
import { whyTitle } from './why-title.rules.ts';

/** One device: how it is, what it runs, what was done to it, and why nothing happens. */
export function DevicePage() {
  const { project, device: id } = useParams({ from: '/signed-in/p/$project/devices/$device' });
  const { data: device, error, isPending, refetch } = useQuery(deviceQuery(project, id));
  if (isPending) return <LoadingNote what="Loading the device" />;
  if (device === undefined) return <NoDevice project={project} error={error} onRetry={() => void refetch()} />;
  return (
    <Page title={device.name} heading={device.name} actions={<DeviceActions project={project} device={device} />}>
      <Stack gap="md">
        {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
        <DeviceStateMark device={device} />
        <WhySection project={project} id={id} />
        <RunningUpdate project={project} id={id} />
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Stack gap="md">
              <DeviceFacts project={project} device={device} />
              <UpdateTrigger project={project} device={device} />
              <DeviceConfiguration device={device} />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Stack gap="md">
              <DeviceApps device={device} />
              <DeviceSays device={device} />
            </Stack>
          </Grid.Col>
        </Grid>
        <DeviceUpdates project={project} id={id} />
        <FilterExplanation project={project} id={id} />
      </Stack>
    </Page>
  );
}

function WhySection({ project, id }: { project: string; id: string }) {
  const { data, error, isPending, refetch } = useQuery(whyQuery(project, id));
  return (
    <Section title={data === undefined ? 'What it is doing' : whyTitle(data)}>
      {isPending && <LoadingNote what="Loading the answer" />}
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <WhyPanel
          project={project}
          why={data}
          resume={data.update && <PausedDeployment project={project} deployment={data.update.deployment_id} />}
        />
      )}
      {data?.update?.status === 'pending' && (
        <WaitingUpdate project={project} id={id} deployment={data.update.deployment_id} />
      )}
    </Section>
  );
}

/** To where a deployment is resumed. */
function PausedDeployment({ project, deployment }: { project: string; deployment: string }) {
  return (
    <TextLink
      to="/p/$project/deployments/$deployment"
      params={{ project, deployment }}
      underline="always"
      style={{ fontSize: 'var(--mantine-font-size-sm)' }}
    >
      Open the paused deployment
    </TextLink>
  );
}

type WaitingUpdateProps = { project: string; id: string; deployment: string };

/** The pending update that the answer is about, which leads to where it can be aborted. */
function WaitingUpdate({ project, id, deployment }: WaitingUpdateProps) {
  const open = useQuery(openUpdatesQuery(project, id)).data;
  const update = open?.pending.find(({ deployment_id }) => deployment_id === deployment);
  if (update === undefined) return null;
  return (
    <Text size="sm" mt="sm">
      What waits: <NamedUpdate project={project} update={update} />
    </Text>
  );
}

function NoDevice({ project, ...failed }: { project: string; error: unknown; onRetry: () => void }) {
  const all = (
    <ButtonLink to="/p/$project/devices" params={{ project }} variant="default">
      All devices
    </ButtonLink>
  );
  return (
    <MissingThing title="Device" thing="device" action={all} {...failed}>
      The address may be wrong, or the device was deleted.
    </MissingThing>
  );
}
