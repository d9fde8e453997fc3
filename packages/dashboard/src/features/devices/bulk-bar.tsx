import { Button, Group, Paper, Text } from '@mantine/core';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { lookFirst } from './approval-words.ts';
import { BulkGroupButton } from './bulk-group-button.tsx';
import { BulkTagsButton } from './bulk-tags-button.tsx';
import { type BulkSelection, changeDevices, useDevicesChanged, useDevicesLeft } from './device.queries.ts';
import { filterToAddress } from './filter-text.rules.ts';
import { type Trigger, triggerQuestion } from './trigger-question.ts';

type BulkBarProps = {
  project: string;
  selection: BulkSelection;
  /** How many devices that are. */
  count: number;
  /** Where all that a filter selects are not picked yet: how many that would be, and what picks them. */
  all: { count: number; pick: () => void } | null;
  /** Whether the list is of devices that await approval. */
  areAwaiting: boolean;
  onPickNone: () => void;
  /** After what was picked is done with. */
  onClear: () => void;
};

/** An address must not become too long for a server in between. */
const maxDevicesInAddress = 250;

/** What can be done with the devices that were picked. */
export function BulkBar({ project, selection, count, all, areAwaiting, onPickNone, onClear }: BulkBarProps) {
  const mayAdminister = useMay('admin');
  const changed = useDevicesChanged(project);
  const left = useDevicesLeft(project);
  const devices = countText(count, 'device');
  const bulk = { project, selection, devices };

  async function setTrigger(state: Trigger) {
    const done = await changeDevices(project, selection, { update_trigger: state });
    await changed();
    tellDone(`The update trigger of ${countText(done.devices, 'device')} is ${state}.`);
  }

  async function approveAll() {
    const done = await changeDevices(project, selection, { approve: true });
    onClear();
    await left();
    tellDone(`${countText(done.devices, 'device')} approved.`);
  }

  async function deleteAll() {
    const done = await changeDevices(project, selection, { delete: true });
    onClear();
    await left();
    tellDone(`${countText(done.devices, 'device')} deleted.`);
  }

  return (
    <Paper withBorder p="xs" mt="sm" component="section" aria-label="Picked devices">
      <Group gap="xs">
        <Text size="sm" fw={600} className="numbers" role="status">
          {'device_filter' in selection ? `All ${devices}` : `${devices} picked`}
        </Text>
        {all !== null && (
          <Button variant="subtle" size="compact-sm" onClick={all.pick}>
            Pick all {countText(all.count, 'device')}
          </Button>
        )}
        <Button variant="subtle" size="compact-sm" onClick={onPickNone}>
          Pick none
        </Button>
      </Group>
      <Group gap="xs" mt="xs">
        {areAwaiting && mayAdminister && (
          <ConfirmButton
            size="xs"
            variant="filled"
            verb="Approve"
            title={`Approve ${devices}?`}
            isDestructive={false}
            onConfirm={approveAll}
          >
            Deployments can then select them. {lookFirst}
          </ConfirmButton>
        )}
        {/* No deployment selects devices that await approval. */}
        {!areAwaiting && <DeployLink project={project} selection={selection} />}
        <BulkTagsButton {...bulk} />
        <BulkGroupButton {...bulk} />
        {(['on', 'off'] as const).map((to) => (
          <ConfirmButton
            key={to}
            size="xs"
            isDestructive={false}
            onConfirm={() => setTrigger(to)}
            {...triggerQuestion(to, devices)}
          />
        ))}
        {mayAdminister && (
          <ConfirmButton size="xs" verb="Delete" title={`Delete ${devices}?`} onConfirm={deleteAll}>
            {devices} will be gone from the project, and their agents are not known here any more. Their open updates
            end as aborted. Nothing on the devices themselves is changed.
          </ConfirmButton>
        )}
      </Group>
    </Paper>
  );
}

function DeployLink({ project, selection }: { project: string; selection: BulkSelection }) {
  if ('device_ids' in selection && selection.device_ids.length > maxDevicesInAddress) {
    return (
      <Text size="xs" c="dimmed" maw={260}>
        To deploy to more than {maxDevicesInAddress} picked devices, give them a tag and deploy to the tag.
      </Text>
    );
  }
  const filter = 'device_filter' in selection ? filterToAddress(selection.device_filter) : undefined;
  const search =
    'device_ids' in selection ? { devices: selection.device_ids } : { ...(filter !== undefined && { filter }) };
  return (
    <ButtonLink to="/p/$project/deployments/new" params={{ project }} search={search} size="xs">
      Deploy
    </ButtonLink>
  );
}
