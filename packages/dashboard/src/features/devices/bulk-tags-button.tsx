import { Stack, Text } from '@mantine/core';
import { bulkChangesSchema } from '@tideway/protocol';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { useDemandNames } from '../labels/label.queries.ts';
import { tags } from '../labels/label-kind.ts';
import { TagsField } from '../labels/tags-field.tsx';
import { useNewLabels } from '../labels/use-new-labels.ts';
import { fieldOfTags, noTagChanges, tagChangesOf } from './bulk-tags.rules.ts';
import { type BulkSelection, changeDevices, useDevicesChanged } from './device.queries.ts';

export type BulkProps = {
  project: string;
  selection: BulkSelection;
  /** How many that are, in words. */
  devices: string;
};

/** Adds tags to all devices that were picked, and takes others away; a tag that is not there yet is made. */
export function BulkTagsButton(props: BulkProps) {
  return (
    <DialogButton verb="Tags" size="xs" title={`Tags of ${props.devices}`}>
      {(close) => <TagsForm {...props} onDone={close} />}
    </DialogButton>
  );
}

function TagsForm({ project, selection, devices, onDone }: BulkProps & { onDone: () => void }) {
  const { toMake, makeFor } = useNewLabels(project, tags);
  const demandTags = useDemandNames(project, tags);
  const changed = useDevicesChanged(project);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: noTagChanges,
    schema: bulkChangesSchema,
    toBody: tagChangesOf,
    fieldOf: fieldOfTags,
    send: async (values) => {
      const changes = tagChangesOf(values);
      const { add_tags: added = [], remove_tags: removed = [] } = changes;
      if (toMake(added).length > 0) await demandTags(removed, 'remove_tags');
      const done = await makeFor(added, () => changeDevices(project, selection, changes));
      await changed();
      tellDone(`The tags of ${countText(done.devices, 'device')} are changed.`);
      onDone();
    },
  });
  const changes = tagChangesOf(form.getValues());
  const isNew = toMake(changes.add_tags ?? []).length > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TagsField
          label="Add"
          project={project}
          makes
          data-autofocus
          {...form.getInputProps('add_tags')}
          typed={form.getValues().typed_to_add}
          onTyped={(text) => form.setFieldValue('typed_to_add', text)}
        />
        <TagsField
          label="Remove"
          project={project}
          makes={false}
          {...form.getInputProps('remove_tags')}
          typed={form.getValues().typed_to_remove}
          onTyped={(text) => form.setFieldValue('typed_to_remove', text)}
        />
        <Text size="sm" c="dimmed">
          The added tags come to {devices}, the removed ones go. Other tags stay.
        </Text>
        <FormEnd
          verb={isNew ? 'Create and change' : 'Change tags'}
          isBusy={isBusy}
          isOff={Object.keys(changes).length === 0}
          error={error}
          onCancel={onDone}
        />
      </Stack>
    </form>
  );
}
