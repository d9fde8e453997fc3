import { SimpleGrid, Text } from '@mantine/core';
import type { Overview } from '@tideway/protocol';
import type { ReactNode } from 'react';
import { deviceFilterText } from '../../platform/ui/device-filter-text.ts';
import { TextLink } from '../../platform/ui/links.tsx';
import { countText, numberText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';

const attentions = [
  ['needs_approval', 'Await approval', 'Joined, and get no update before an admin has approved them.'],
  ['held', 'Held', 'Their state seems to be restored or copied: they start nothing until an admin decides.'],
  ['not_joined', 'Not joined', 'Registered beforehand; their agent has not come yet.'],
  ['blocked', 'Update trigger on', 'They start no new update until it is turned off.'],
] as const;

/** How many devices are in each state; each number leads to these devices. */
export function DeviceStates({ project, devices }: { project: string; devices: Overview['devices'] }) {
  const params = { project };
  return (
    <Section
      title="Devices"
      actions={
        <TextLink to="/p/$project/devices" params={params}>
          {devices.total === 1 ? 'All devices' : `All ${countText(devices.total, 'device')}`}
        </TextLink>
      }
    >
      <SimpleGrid cols={{ base: 2, xs: 3, md: 6 }} spacing="md">
        {(['online', 'offline'] as const).map((state) => (
          <State key={state} name={state === 'online' ? 'Online' : 'Offline'}>
            <TextLink
              to="/p/$project/devices"
              params={params}
              search={{
                filter: deviceFilterText({ filters: [{ type: 'device_state', operand: 'is', value: state }] }),
              }}
              size="xl"
              className="numbers"
              {...(devices[state] === 0 && { c: 'dimmed' })}
              aria-label={`${countText(devices[state], 'device')} ${state}`}
            >
              {numberText(devices[state])}
            </TextLink>
          </State>
        ))}
        {attentions.map(([attention, name, meaning]) => (
          <State key={attention} name={name} meaning={meaning}>
            <TextLink
              to="/p/$project/devices"
              params={params}
              search={{ attention }}
              size="xl"
              className="numbers"
              {...(devices[attention] === 0 && { c: 'dimmed' })}
              aria-label={`${countText(devices[attention], 'device')}: ${name}`}
            >
              {numberText(devices[attention])}
            </TextLink>
          </State>
        ))}
      </SimpleGrid>
    </Section>
  );
}

function State({ name, meaning, children }: { name: string; meaning?: string; children: ReactNode }) {
  return (
    <div title={meaning}>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      {children}
    </div>
  );
}
