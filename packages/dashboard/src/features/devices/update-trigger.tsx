import { Radio, Stack, Text } from '@mantine/core';
import type { Device } from '@tideway/protocol';
import { useState } from 'react';
import { ConfirmButton, ConfirmDialog } from '../../platform/ui/confirm-button.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { changeDevice, useDevicesChanged } from './device.queries.ts';

type Trigger = Device['update_trigger'];
type UpdateTriggerProps = { project: string; device: Device };

const triggers: Record<Trigger, { label: string; help: string }> = {
  off: { label: 'Takes updates as they come', help: 'The update trigger is off.' },
  on: {
    label: 'Takes no new update',
    help: 'The update trigger is on: new updates wait until somebody allows them here. One that has begun goes on.',
  },
};
const choices = ['off', 'on'] as const;

/** Whether a device takes up new updates, as far as people decide it. */
export function UpdateTrigger({ project, device }: UpdateTriggerProps) {
  const mayChange = useMay('operator');
  const [isAsking, setAsking] = useState(false);
  const turn = useTurn(project, device);
  const { update_trigger: trigger, blocked } = device;
  return (
    <Section title="Update trigger">
      {mayChange ? (
        <Radio.Group aria-label="New updates" value={trigger} onChange={() => setAsking(true)}>
          <Stack gap="xs">
            {choices.map((value) => (
              <Radio key={value} value={value} label={triggers[value].label} description={triggers[value].help} />
            ))}
          </Stack>
        </Radio.Group>
      ) : (
        <>
          <Text size="sm">{triggers[trigger].label}</Text>
          <Text size="xs" c="dimmed">
            {triggers[trigger].help}
          </Text>
        </>
      )}
      {blocked && (
        <Text size="sm" mt="xs">
          Software on the device blocks new updates as well, until it says otherwise there.
        </Text>
      )}
      <ConfirmDialog isOpen={isAsking} onClose={() => setAsking(false)} {...turn} />
    </Section>
  );
}

/** Ends that the update trigger holds updates back. */
export function AllowUpdatesButton({ project, device }: UpdateTriggerProps) {
  const turn = useTurn(project, device);
  return <ConfirmButton size="compact-sm" mt={4} {...turn} />;
}

/** To the other of the two, with the question before it. */
function useTurn(project: string, { id, name, update_trigger: trigger }: Device) {
  const changed = useDevicesChanged(project);
  const next = trigger === 'on' ? 'off' : 'on';
  async function onConfirm() {
    await changeDevice(project, id, { update_trigger: next });
    await changed();
    tellDone(next === 'on' ? `${name} takes no new update.` : `${name} takes updates as they come.`);
  }
  const words =
    next === 'on'
      ? {
          verb: 'Hold back updates',
          title: `Hold back updates from ${name}?`,
          children: 'The device starts no new update. An update that it is at goes on.',
        }
      : {
          verb: 'Allow updates',
          title: `Allow updates on ${name}?`,
          children: 'What is pending for this device may begin at once.',
        };
  return { ...words, isDestructive: false, onConfirm };
}
