import { Autocomplete, Button, Stack, Text } from '@mantine/core';
import { bulkChangesSchema } from '@tideway/protocol';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { useLabelNames } from '../labels/label.queries.ts';
import type { BulkProps } from './bulk-tags-button.tsx';
import { changeDevices, useDevicesChanged } from './device.queries.ts';

/** Moves all devices that were picked to one group. */
export function BulkGroupButton(props: BulkProps) {
  return (
    <DialogButton verb="Group" size="xs" title={`Move ${props.devices} to a group`}>
      {(close) => <GroupForm {...props} onDone={close} />}
    </DialogButton>
  );
}

function GroupForm({ project, selection, devices, onDone }: BulkProps & { onDone: () => void }) {
  const groups = useLabelNames(project, 'groups');
  const changed = useDevicesChanged(project);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { group: '' },
    schema: bulkChangesSchema,
    send: async (values) => {
      const done = await changeDevices(project, selection, values);
      await changed();
      tellDone(`${countText(done.devices, 'device')} moved to ${values.group}.`);
      onDone();
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Autocomplete
          label="Group"
          data={groups}
          data-autofocus
          maxDropdownHeight={240}
          {...form.getInputProps('group')}
        />
        <Text size="sm" c="dimmed">
          A device is in exactly one group: all {devices} leave the one they are in.
        </Text>
        {error !== null && <ErrorNote error={error} />}
        <Button type="submit" loading={isBusy}>
          Move
        </Button>
      </Stack>
    </form>
  );
}
