import { Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ProjectView, projectChangesSchema } from '@tideway/protocol';
import { patch, path } from '../../platform/api/call.ts';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { rememberedProject, rememberProject } from '../projects/project.queries.ts';

/** Changes a project's name and key. */
export function ProjectForm({ project, onDone }: { project: ProjectView; onDone: () => void }) {
  const queries = useQueryClient();
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { name: project.name, key: project.key },
    schema: projectChangesSchema,
    send: async (values) => {
      await patch<ProjectView>(path`/${project.key}`, values);
      if (rememberedProject() === project.key) rememberProject(values.key);
      await queries.invalidateQueries({ queryKey: ['projects'] });
      onDone();
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
        <TextInput
          label="Key"
          description="Stands for the project in addresses and calls: pipelines that have the former key there have to be changed with it."
          {...form.getInputProps('key')}
        />
        <FormEnd verb="Save" isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}
