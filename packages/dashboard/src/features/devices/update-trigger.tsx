import { Radio, Stack, Text } from '@mantine/core';
import type { Device } from '@tideway/protocol';
import { useState } from 'react';
import { ConfirmButton, ConfirmDialog } from '../../platform/ui/confirm-button.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { changeDevice, useDevicesChanged } from './device.queries.ts';
import { type Trigger, triggerQuestion } from './trigger-question.ts';

type UpdateTriggerProps = { project: string; device: Device };

const choices: { value: Trigger; label: string; help: string }[] = [
  { value: 'off', label: 'Takes updates as they come', help: 'The update trigger is off.' },
  {
    value: 'on',
    label: 'Takes no new update',
    help: 'The update trigger is on: new updates wait until somebody allows them here. One that has begun goes on.',
  },
];

/** Whether a device takes up new updates, as far as people decide it. */
export function UpdateTrigger({ project, device }: UpdateTriggerProps) {
  const mayChange = useMay('operator');
  // What was asked for stays, whatever others make of the device meanwhile.
  const [asked, setAsked] = useState<Trigger>('off');
  const [isAsking, setAsking] = useState(false);
  const turn = useTurn(project, device, asked);
  const { update_trigger: trigger, blocked } = device;
  return (
    <Section title="Update trigger">
      {mayChange ? (
        <Radio.Group
          aria-label="New updates"
          value={trigger}
          onChange={(value) => {
            setAsked(value === 'on' ? 'on' : 'off');
            setAsking(true);
          }}
        >
          <Stack gap="xs">
            {choices.map(({ value, label, help }) => (
              <Radio key={value} value={value} label={label} description={help} />
            ))}
          </Stack>
        </Radio.Group>
      ) : (
        choices
          .filter(({ value }) => value === trigger)
          .map(({ value, label, help }) => (
            <div key={value}>
              <Text size="sm">{label}</Text>
              <Text size="xs" c="dimmed">
                {help}
              </Text>
            </div>
          ))
      )}
      {blocked && (
        <Text size="sm" mt="xs">
          Software on the device blocks new updates, whatever is chosen here, until it says otherwise there.
        </Text>
      )}
      <ConfirmDialog isOpen={isAsking} onClose={() => setAsking(false)} {...turn} />
    </Section>
  );
}

/** Ends that the update trigger holds updates back. */
export function AllowUpdatesButton({ project, device }: UpdateTriggerProps) {
  const turn = useTurn(project, device, 'off');
  return <ConfirmButton size="compact-sm" mt={4} {...turn} />;
}

/** Turns the trigger, with the question before it. */
function useTurn(project: string, { id, name }: Device, to: Trigger) {
  const changed = useDevicesChanged(project);
  async function onConfirm() {
    await changeDevice(project, id, { update_trigger: to });
    await changed();
    tellDone(`The update trigger of ${name} is ${to}.`);
  }
  return { ...triggerQuestion(to, name), isDestructive: false, onConfirm };
}
