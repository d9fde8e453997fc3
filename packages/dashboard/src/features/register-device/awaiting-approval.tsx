import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Device } from '@tideway/protocol';
import { useState } from 'react';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { countText, numberText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { tellDone, tellRefused } from '../../platform/ui/tell.ts';
import { Time } from '../../platform/ui/time.tsx';
import { lookFirst } from '../devices/approval-words.ts';
import { awaitingApprovalQuery, useApprove } from './register-device.queries.ts';

/** Devices that have joined and that no order selects before somebody has said yes. */
export function AwaitingApproval({ project }: { project: string }) {
  const awaiting = useQuery(awaitingApprovalQuery(project));
  const approve = useApprove(project);
  const devices = awaiting.data?.items ?? [];
  const hasMore = (awaiting.data?.next ?? null) !== null;
  const many = countText(devices.length, 'device');
  if (devices.length === 0 && awaiting.error === null) return null;
  return (
    <Section
      title={`Awaiting approval: ${numberText(devices.length)}${hasMore ? ' and more' : ''}`}
      actions={
        devices.length > 1 && (
          <ConfirmButton
            verb={`Approve all ${numberText(devices.length)}`}
            title={`Approve ${many}?`}
            size="xs"
            isDestructive={false}
            onConfirm={async () => {
              await approve(devices.map(({ id }) => id));
              tellDone(`${many} approved`);
            }}
          >
            {`The ${many} of this list can then be selected by deployments. ${lookFirst}`}
          </ConfirmButton>
        )
      }
    >
      {awaiting.error && <ErrorNote error={awaiting.error} onRetry={awaiting.refetch} />}
      <Stack component="ul" gap="xs" p={0} m={0} aria-label="Devices that await approval">
        {devices.map((device) => (
          <AwaitingDevice key={device.id} project={project} device={device} onApprove={() => approve([device.id])} />
        ))}
      </Stack>
      {hasMore && (
        <Text size="sm" c="dimmed" mt="sm">
          These are the oldest; the others come as they are approved.
        </Text>
      )}
    </Section>
  );
}

type AwaitingDeviceProps = { project: string; device: Device; onApprove: () => Promise<void> };

function AwaitingDevice({ project, device, onApprove }: AwaitingDeviceProps) {
  const [isBusy, setBusy] = useState(false);
  const { id, name, group, joined_at } = device;

  async function approve() {
    setBusy(true);
    try {
      await onApprove();
      tellDone(`${name} is approved`);
    } catch (error) {
      tellRefused(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Group component="li" gap="xs" justify="space-between" style={{ listStyle: 'none' }}>
      <Group gap="xs" style={{ minWidth: 0 }}>
        <TextLink
          to="/p/$project/devices/$device"
          params={{ project, device: id }}
          style={{ overflowWrap: 'anywhere' }}
        >
          {name}
        </TextLink>
        <Text size="sm" className="mono">
          {id}
        </Text>
        <Text size="sm" c="dimmed">
          {group}, joined <Time at={joined_at} as="ago" />
        </Text>
      </Group>
      <Button size="xs" variant="default" loading={isBusy} onClick={approve} aria-label={`Approve ${name}`}>
        Approve
      </Button>
    </Group>
  );
}
