import { Group, Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CreatedPairingToken, Device } from '@tideway/protocol';
import { ButtonLink, TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { arrivalsQuery } from './register-device.queries.ts';
import { type Arrival, arrivalOf, isUsedUp } from './register-device.rules.ts';

const words: Record<Arrival, string> = {
  needs_approval: 'joined, awaits approval (below)',
  online: 'joined, online',
  offline: 'joined, offline: its agent has not begun yet, or was ended',
};

/** The devices that come with the token, as they arrive, and what can be done then. */
export function ArrivingDevices({ project, token }: { project: string; token: CreatedPairingToken }) {
  const arrivals = useQuery(arrivalsQuery(project, token.id));
  const devices = arrivals.data ?? [];
  return (
    <Section title="Arriving devices">
      <Stack gap="sm">
        {arrivals.error && <ErrorNote error={arrivals.error} onRetry={arrivals.refetch} />}
        <Stack component="ul" gap="xs" p={0} m={0} aria-live="polite" aria-label="Devices that have arrived">
          {devices.map((device) => (
            <ArrivedDevice key={device.id} project={project} device={device} />
          ))}
        </Stack>
        {!isUsedUp(token.uses_left, devices.length) && (
          <Group gap="xs">
            <Loader size="xs" aria-hidden />
            <Text size="sm" role="status">
              {devices.length === 0 ? 'Waiting for the device' : 'Waiting for more devices'}
            </Text>
          </Group>
        )}
        {devices.length > 0 && <WhatNext project={project} />}
      </Stack>
    </Section>
  );
}

function ArrivedDevice({ project, device }: { project: string; device: Device }) {
  const { id, name, group, agent } = device;
  return (
    <Group component="li" gap="xs" style={{ listStyle: 'none' }}>
      <TextLink to="/p/$project/devices/$device" params={{ project, device: id }} fw={600}>
        {name}
      </TextLink>
      <Text size="sm" className="mono">
        {id}
      </Text>
      <Text size="sm">{words[arrivalOf(device)]}</Text>
      <Text size="sm" c="dimmed">
        {[group, agent.os, agent.arch].filter((part) => part !== null).join(', ')}
      </Text>
    </Group>
  );
}

function WhatNext({ project }: { project: string }) {
  const params = { project };
  return (
    <Group gap="xs">
      <Text size="sm">What next?</Text>
      <ButtonLink to="/p/$project/flows/new" params={params} size="xs" variant="default">
        Make an update flow
      </ButtonLink>
      <ButtonLink to="/p/$project/deployments/new" params={params} size="xs" variant="default">
        Deploy
      </ButtonLink>
      <ButtonLink to="/p/$project/devices" params={params} size="xs" variant="default">
        All devices
      </ButtonLink>
    </Group>
  );
}
