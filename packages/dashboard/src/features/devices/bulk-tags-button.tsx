import { Button, Stack, TagsInput, Text } from '@mantine/core';
import { bulkChangesSchema } from '@tideway/protocol';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { useLabelNames } from '../labels/label.queries.ts';
import { type BulkSelection, changeDevices, useDevicesChanged } from './device.queries.ts';

export type BulkProps = {
  project: string;
  selection: BulkSelection;
  /** How many that are, in words. */
  devices: string;
};

/** Adds tags to all devices that were picked, and takes others away. */
export function BulkTagsButton(props: BulkProps) {
  return (
    <DialogButton verb="Tags" size="xs" title={`Tags of ${props.devices}`}>
      {(close) => <TagsForm {...props} onDone={close} />}
    </DialogButton>
  );
}

function TagsForm({ project, selection, devices, onDone }: BulkProps & { onDone: () => void }) {
  const tags = useLabelNames(project, 'tags');
  const changed = useDevicesChanged(project);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { add_tags: [] as string[], remove_tags: [] as string[] },
    schema: bulkChangesSchema,
    toBody,
    fieldOf: (place) => place.replace(/[[.].*$/, ''),
    send: async (values) => {
      const done = await changeDevices(project, selection, toBody(values));
      await changed();
      tellDone(`The tags of ${countText(done.devices, 'device')} are changed.`);
      onDone();
    },
  });
  const { add_tags: added, remove_tags: removed } = form.getValues();
  const field = { data: tags, splitChars: [], isDuplicate: isThere, maxDropdownHeight: 240 };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TagsInput label="Add" data-autofocus {...field} {...form.getInputProps('add_tags')} />
        <TagsInput label="Remove" {...field} {...form.getInputProps('remove_tags')} />
        <Text size="sm" c="dimmed">
          All {devices} get the added tags and lose the removed ones. Their other tags stay.
        </Text>
        {error !== null && <ErrorNote error={error} />}
        <Button type="submit" loading={isBusy} disabled={added.length === 0 && removed.length === 0}>
          Change tags
        </Button>
      </Stack>
    </form>
  );
}

function toBody({ add_tags: added, remove_tags: removed }: { add_tags: string[]; remove_tags: string[] }) {
  return { ...(added.length > 0 && { add_tags: added }), ...(removed.length > 0 && { remove_tags: removed }) };
}

/** Names that differ in capitals are two names. */
function isThere(name: string, names: string[]): boolean {
  return names.includes(name);
}
