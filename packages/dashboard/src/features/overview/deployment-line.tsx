import { Group, Stack, Text } from '@mantine/core';
import type { Deployment } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { countText, numberText } from '../../platform/ui/number-text.ts';
import { StatusBar } from '../../platform/ui/status-bar.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { stateText } from '../deployments/deployment-state.rules.ts';

/** A deployment in two lines: what it is, and how it goes. */
export function DeploymentLine({ project, deployment }: { project: string; deployment: Deployment }) {
  const { id, flow, app, counts, devices } = deployment;
  const ended = devices - counts.pending - counts.in_progress;
  return (
    <Stack component="li" gap={4} style={{ listStyle: 'none' }}>
      <Group gap="xs" justify="space-between" style={{ rowGap: 0 }}>
        <Group gap="xs" style={{ minWidth: 0, rowGap: 0 }}>
          <TextLink to="/p/$project/deployments/$deployment" params={{ project, deployment: id }} className="mono">
            {id}
          </TextLink>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {`${flow.name} v${flow.version}${app === null ? '' : `, ${app.name} ${app.version}`}`}
          </Text>
          <Text size="sm" c="dimmed">
            <State deployment={deployment} />
          </Text>
        </Group>
        <Text size="sm" className="numbers">
          {`${numberText(ended)} of ${countText(devices, 'device')} done`}
          {counts.failed > 0 && <Text span c="var(--status-failed)">{`, ${numberText(counts.failed)} failed`}</Text>}
        </Text>
      </Group>
      <StatusBar counts={counts} />
    </Stack>
  );
}

function State({ deployment }: { deployment: Deployment }) {
  const { state, start_at: startAt, created_at: createdAt } = deployment;
  if (state === 'scheduled') {
    return (
      <>
        Begins <Time at={startAt} />
      </>
    );
  }
  return (
    <>
      {stateText(deployment)}, created <Time at={createdAt} as="ago" />
    </>
  );
}
