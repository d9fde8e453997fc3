import { Stack, Text } from '@mantine/core';
import { bulkChangesSchema } from '@tideway/protocol';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { GroupField } from '../labels/group-field.tsx';
import { groups } from '../labels/label-kind.ts';
import { useNewLabels } from '../labels/use-new-labels.ts';
import type { BulkProps } from './bulk-tags-button.tsx';
import { changeDevices, useDevicesChanged } from './device.queries.ts';

/** Moves all devices that were picked to one group, which is made where it is not there yet. */
export function BulkGroupButton(props: BulkProps) {
  return (
    <DialogButton verb="Group" size="xs" title={`Move ${props.devices} to a group`}>
      {(close) => <GroupForm {...props} onDone={close} />}
    </DialogButton>
  );
}

function GroupForm({ project, selection, onDone }: BulkProps & { onDone: () => void }) {
  const { toMake, makeFor } = useNewLabels(project, groups);
  const changed = useDevicesChanged(project);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { group: '' },
    schema: bulkChangesSchema,
    toBody,
    fieldOf: (place) => (place === 'name' ? 'group' : place),
    send: async (values) => {
      const { group } = toBody(values);
      const done = await makeFor([group], () => changeDevices(project, selection, { group }));
      await changed();
      tellDone(`${countText(done.devices, 'device')} moved to ${group}.`);
      onDone();
    },
  });
  const isNew = toMake([toBody(form.getValues()).group]).length > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <GroupField project={project} data-autofocus {...form.getInputProps('group')} />
        <Text size="sm" c="dimmed">
          A device is in exactly one group: it leaves the one it is in.
        </Text>
        <FormEnd verb={isNew ? 'Create and move' : 'Move'} isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}

function toBody({ group }: { group: string }) {
  return { group: group.trim() };
}
