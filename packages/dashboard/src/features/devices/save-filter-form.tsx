import { Stack, Text, TextInput } from '@mantine/core';
import { newSavedFilterSchema, type SavedFilter } from '@tideway/protocol';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import type { DevicesAsked } from './device.queries.ts';
import { useFilterText } from './device-choices.queries.ts';
import { useSavedFilters } from './saved-filter.queries.ts';

type SaveFilterFormProps = { project: string; asked: DevicesAsked; saved: SavedFilter[]; onDone: () => void };

/** A name for the filter that is shown; one that is taken already gets this filter in its place. */
export function SaveFilterForm({ project, asked, saved, onDone }: SaveFilterFormProps) {
  const { save, overwrite } = useSavedFilters(project);
  const filterWords = useFilterText(project, asked.device_filter);
  const isTaken = (name: string) => saved.some((filter) => filter.name === name.trim());
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { name: '' },
    schema: newSavedFilterSchema,
    toBody: ({ name }) => ({ name: name.trim(), ...asked }),
    send: async ({ name }) => {
      const body = { name: name.trim(), ...asked };
      await (isTaken(name) ? overwrite(body) : save(body));
      tellDone(`The filter ${body.name} is saved for everybody in the project.`);
      onDone();
    },
  });
  const { name } = form.getValues();
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          Devices: {filterWords}
          {asked.search !== undefined && `, found by “${asked.search}”`}
        </Text>
        <TextInput
          label="Name"
          data-autofocus
          {...form.getInputProps('name')}
          description={
            isTaken(name)
              ? 'This name is taken: the filter saved under it is replaced, for everybody in the project.'
              : 'Everybody in the project finds the filter under it.'
          }
        />
        <FormEnd verb={isTaken(name) ? 'Replace' : 'Save'} isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}
