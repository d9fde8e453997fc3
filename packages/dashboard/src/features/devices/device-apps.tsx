import { Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Device } from '@tideway/protocol';
import { Section } from '../../platform/ui/section.tsx';
import { FactList } from './fact-list.tsx';

/** The apps that a device carries, and where it says something else. */
export function DeviceApps({ device }: { device: Device }) {
  return (
    <Section title="Apps">
      {device.apps.length === 0 && (
        <Text size="sm" c="dimmed">
          No app is recorded. A deployment that names an app records it with its version.
        </Text>
      )}
      <FactList facts={device.apps.map(({ name, version }) => [name, version])} />
      {device.drift.length > 0 && (
        <Stack gap={4} mt="sm">
          {device.drift.map(({ name, version, reported_version: reported }) => (
            <Group key={name} gap={6} wrap="nowrap" align="flex-start">
              <IconAlertTriangle
                size={16}
                color="var(--status-aborted)"
                aria-hidden
                style={{ flex: 'none', marginTop: 2 }}
              />
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                Drift: the device says that {name} is {reported}; {version ?? 'nothing'} is recorded.
              </Text>
            </Group>
          ))}
        </Stack>
      )}
    </Section>
  );
}
