import { Group, Stack, Text } from '@mantine/core';
import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Role } from '@tideway/protocol';
import type { ReactNode } from 'react';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { useMay } from '../session/session.queries.ts';
import { hasFlowsQuery } from './overview.queries.ts';

/** What a project needs before anything can be seen of it: a device, a flow, a deployment. */
export function WayIn({ project, devices }: { project: string; devices: number }) {
  const hasFlows = useQuery(hasFlowsQuery(project)).data ?? false;
  const hasDevices = devices > 0;
  const params = { project };
  return (
    <Section title="The way to the first deployment">
      <Stack component="ol" gap="md" style={{ listStyle: 'none', padding: 0, margin: 0 }}>
        <Step
          title="1. Register a device"
          isDone={hasDevices}
          needs="admin"
          action={
            <ButtonLink
              to="/p/$project/register-device"
              params={params}
              size="xs"
              variant={hasDevices ? 'default' : 'filled'}
            >
              {hasDevices ? 'Register another device' : 'Register a device'}
            </ButtonLink>
          }
        >
          {hasDevices
            ? `${countText(devices, 'device')} in this project.`
            : 'One line, pasted on the machine, makes it a device of this project.'}
        </Step>
        <Step
          title="2. Make an update flow"
          isDone={hasFlows}
          needs="admin"
          action={
            <ButtonLink
              to="/p/$project/flows/new"
              params={params}
              size="xs"
              variant={hasDevices && !hasFlows ? 'filled' : 'default'}
            >
              Make a flow
            </ButtonLink>
          }
        >
          The steps that an update takes on a device: put files there, run a command, check that it works.
        </Step>
        <Step
          title="3. Deploy"
          isDone={false}
          needs="operator"
          action={
            <ButtonLink
              to="/p/$project/deployments/new"
              params={params}
              size="xs"
              variant={hasDevices && hasFlows ? 'filled' : 'default'}
            >
              Deploy
            </ButtonLink>
          }
        >
          Pick a flow and the devices that are to run it, and watch how it goes.
        </Step>
      </Stack>
    </Section>
  );
}

/** Long texts beside it leave it its size. */
const iconStyle = { flex: 'none' };

type StepProps = { title: string; isDone: boolean; needs: Role; action: ReactNode; children: ReactNode };

function Step({ title, isDone, needs, action, children }: StepProps) {
  const may = useMay(needs);
  return (
    <Group component="li" wrap="nowrap" align="flex-start" gap="sm">
      {isDone ? (
        <IconCircleCheckFilled size={20} color="var(--status-success)" role="img" aria-label="Done" style={iconStyle} />
      ) : (
        <IconCircleDashed size={20} color="var(--status-pending)" role="img" aria-label="To do" style={iconStyle} />
      )}
      <Stack gap={4} align="flex-start" style={{ minWidth: 0 }}>
        <Text fw={600} size="sm">
          {title}
        </Text>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
        {may ? action : !isDone && <Text size="sm">{`Somebody with the role ${needs} can do this.`}</Text>}
      </Stack>
    </Group>
  );
}
