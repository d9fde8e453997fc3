import { Text } from '@mantine/core';
import type { Device } from '@tideway/protocol';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { changeDevice, useDevicesChanged } from './device.queries.ts';

/** The flag that keeps a device from new updates. */
export function UpdateTrigger({ project, device }: { project: string; device: Device }) {
  const mayChange = useMay('operator');
  const changed = useDevicesChanged(project);
  const isOn = device.update_trigger === 'on';
  const next = isOn ? 'off' : 'on';

  async function turn() {
    await changeDevice(project, device.id, { update_trigger: next });
    await changed();
    tellDone(`The update trigger of ${device.name} is ${next}.`);
  }

  return (
    <Section
      title="Update trigger"
      actions={
        mayChange && (
          <ConfirmButton
            size="xs"
            verb={`Turn ${next}`}
            title={`Turn the update trigger of ${device.name} ${next}?`}
            isDestructive={false}
            onConfirm={turn}
          >
            {isOn
              ? 'What is pending for this device may begin at once.'
              : 'The device starts no new update. An update that it is at goes on.'}
          </ConfirmButton>
        )
      }
    >
      <Text size="sm">
        {isOn
          ? 'On: the device starts no new update until it is turned off.'
          : 'Off: the device starts updates as they come.'}
      </Text>
    </Section>
  );
}
