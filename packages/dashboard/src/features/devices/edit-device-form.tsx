import { ActionIcon, Autocomplete, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type Device, type DeviceChanges, deviceChangesSchema } from '@tideway/protocol';
import { type ReactNode, useState } from 'react';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { GroupField } from '../labels/group-field.tsx';
import { useDemandNames, useLabelNames } from '../labels/label.queries.ts';
import { apps, groups, tags } from '../labels/label-kind.ts';
import { TagsField } from '../labels/tags-field.tsx';
import { useNewLabels } from '../labels/use-new-labels.ts';
import { useMay } from '../session/session.queries.ts';
import { changeDevice, useDevicesChanged } from './device.queries.ts';
import { changesOf, fieldOfPlace, valuesOf } from './edit-device.rules.ts';

type EditDeviceFormProps = { project: string; device: Device; onDone: () => void };

/** What people decide about a device. Operators tag and group it; the rest is for admins. */
export function EditDeviceForm({ project, device: shown, onDone }: EditDeviceFormProps) {
  // As it was when the form was opened: what others change meanwhile must not look like a change of this form.
  const [device] = useState(shown);
  const mayAdminister = useMay('admin');
  const newGroups = useNewLabels(project, groups);
  const newTags = useNewLabels(project, tags);
  const demandApps = useDemandNames(project, apps);
  const changed = useDevicesChanged(project);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: valuesOf(device),
    schema: deviceChangesSchema,
    toBody: (values): DeviceChanges => changesOf(device, values),
    fieldOf: fieldOfPlace,
    send: async (values) => {
      const changes = changesOf(device, values);
      const inGroup = changes.group === undefined ? [] : [changes.group];
      const withTags = changes.tags ?? [];
      const withApps = (changes.apps ?? []).map(({ name }) => name);
      if ([...newGroups.toMake(inGroup), ...newTags.toMake(withTags)].length > 0) await demandApps(withApps, 'apps');
      await newGroups.makeFor(inGroup, () =>
        newTags.makeFor(withTags, () => changeDevice(project, device.id, changes)),
      );
      await changed();
      tellDone(`${values.name} is changed.`);
      onDone();
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {mayAdminister && <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />}
        <GroupField project={project} {...form.getInputProps('group')} />
        <TagsField
          label="Tags"
          project={project}
          makes
          {...form.getInputProps('tags')}
          typed={form.getValues().typedTag}
          onTyped={(text) => form.setFieldValue('typedTag', text)}
        />
        {mayAdminister && (
          <>
            <Textarea label="Description" autosize minRows={2} maxRows={8} {...form.getInputProps('description')} />
            <AppFields
              project={project}
              value={form.getValues().apps}
              error={form.errors.apps}
              onChange={(apps) => form.setFieldValue('apps', apps)}
            />
          </>
        )}
        <FormEnd verb="Save" isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}

type AppFieldsProps = {
  project: string;
  value: Device['apps'];
  error: ReactNode;
  onChange: (apps: Device['apps']) => void;
};

/** The apps that a device carries, each with one version. */
function AppFields({ project, value, error, onChange }: AppFieldsProps) {
  const names = useLabelNames(project, 'apps');
  const change = (index: number, changes: Partial<Device['apps'][number]>) =>
    onChange(value.map((app, place) => (place === index ? { ...app, ...changes } : app)));
  return (
    <Stack gap="xs" role="group" aria-label="Apps">
      <Text size="sm" fw={600}>
        Apps
      </Text>
      {value.map(({ name, version }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has nothing of its own that stays while it is typed
        <Group key={index} gap="xs" wrap="nowrap">
          <Autocomplete
            aria-label={`App ${index + 1}`}
            placeholder="App"
            data={names}
            value={name}
            onChange={(chosen) => change(index, { name: chosen })}
            style={{ flex: 2, minWidth: 0 }}
          />
          <TextInput
            aria-label={`Version of app ${index + 1}`}
            placeholder="Version"
            value={version}
            onChange={(event) => change(index, { version: event.currentTarget.value })}
            style={{ flex: 1, minWidth: 0 }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove app ${index + 1}`}
            onClick={() => onChange(value.filter((_, place) => place !== index))}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      {error && (
        <Text size="xs" c="var(--status-failed)" role="alert">
          {error}
        </Text>
      )}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...value, { name: '', version: '' }])}
        style={{ alignSelf: 'flex-start' }}
      >
        Add app
      </Button>
    </Stack>
  );
}
