import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { newLabelSchema } from '@tideway/protocol';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { useLabelChanges } from './label.queries.ts';
import type { LabelKind } from './label-kind.ts';

type RenameLabelProps = { project: string; kind: LabelKind; name: string; onClose: () => void };

/** Another name for a group, a tag or an app; what carries it keeps it. */
export function RenameLabel({ project, kind, name, onClose }: RenameLabelProps) {
  const { rename } = useLabelChanges(project, kind);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { name },
    schema: newLabelSchema,
    send: async (values) => {
      await rename(name, values);
      tellDone(`The ${kind.one} ${name} is now called ${values.name}`);
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Rename the ${kind.one} ${name}`} centered closeOnClickOutside={false}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="New name" data-autofocus {...form.getInputProps('name')} />
          <Text size="sm">
            Devices that carry it keep it. Pipelines and saved filters that use the old name have to be changed.
          </Text>
          <FormEnd verb="Rename" isBusy={isBusy} error={error} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
