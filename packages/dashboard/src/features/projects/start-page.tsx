import { Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, useNavigate } from '@tanstack/react-router';
import { newProjectSchema, type ProjectView, projectKeyFrom } from '@tideway/protocol';
import { post } from '../../platform/api/call.ts';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { EmptyNote, ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { projectsQuery, useProjectToShow } from './project.queries.ts';

/** Leads on to the project that was looked at last; where there is none yet, one is made. */
export function StartPage() {
  const projects = useQuery(projectsQuery);
  const project = useProjectToShow();
  const mayCreate = useMay('admin');
  if (projects.isPending) return <LoadingNote />;
  if (projects.data === undefined) return <ErrorNote error={projects.error} onRetry={projects.refetch} />;
  if (project !== null) return <Navigate to="/p/$project" params={{ project }} replace />;
  return (
    <Page title="Welcome to Tideway">
      <EmptyNote title="There is no project yet">
        A project is a fleet: its devices, the update flows that may run on them, and what was deployed.
        {!mayCreate && ' An admin has to make one, or let you see one.'}
      </EmptyNote>
      {mayCreate && <NewProjectForm />}
    </Page>
  );
}

/** A project by its name; the key for addresses and calls is made from it where none is given. */
export function NewProjectForm({ onDone, onCancel }: { onDone?: () => void; onCancel?: () => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { name: '', key: '' },
    schema: newProjectSchema,
    toBody: bodyOf,
    send: async (values) => {
      const project = await post<ProjectView>('/projects', bodyOf(values));
      await queries.invalidateQueries({ queryKey: ['projects'] });
      tellDone(`The project ${project.name} is there. Its key is ${project.key}.`);
      if (onDone) onDone();
      else navigate({ to: '/p/$project', params: { project: project.key } });
    },
  });
  const key = projectKeyFrom(form.getValues().name);
  return (
    <form onSubmit={submit} noValidate>
      <Stack {...(!onCancel && { maw: 420, mx: 'auto' })}>
        <TextInput
          label="Name of the project"
          placeholder="Greenhouses"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <TextInput
          label="Key (optional)"
          description={
            key === ''
              ? 'Stands for the project in addresses and calls, as greenhouses-north.'
              : `Stands for the project in addresses and calls. Without one it is ${key}, or has a number behind that where it is taken.`
          }
          placeholder={key}
          autoComplete="off"
          {...form.getInputProps('key')}
          styles={{ description: { overflowWrap: 'anywhere' } }}
        />
        <FormEnd verb="Create project" isBusy={isBusy} error={error} {...(onCancel && { onCancel })} />
      </Stack>
    </form>
  );
}

function bodyOf({ name, key }: { name: string; key: string }) {
  return { name, ...(key !== '' && { key }) };
}
