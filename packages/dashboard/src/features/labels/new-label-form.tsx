import { Button, Group, TextInput } from '@mantine/core';
import { newLabelSchema } from '@tideway/protocol';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { useLabelChanges } from './label.queries.ts';
import type { LabelKind } from './label-kind.ts';

/** One line: a name, and it is there. */
export function NewLabelForm({ project, kind }: { project: string; kind: LabelKind }) {
  const { create } = useLabelChanges(project, kind);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { name: '' },
    schema: newLabelSchema,
    send: async (values) => {
      await create(values);
      form.reset();
      tellDone(`The ${kind.one} ${values.name} was made`);
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Group align="flex-start" gap="xs">
        <TextInput label={`Name of a new ${kind.one}`} w={{ base: '100%', xs: 320 }} {...form.getInputProps('name')} />
        <Button type="submit" variant="default" loading={isBusy} mt={{ base: 0, xs: 22 }}>
          {`Create ${kind.one}`}
        </Button>
      </Group>
      {error !== null && <ErrorNote error={error} />}
    </form>
  );
}
