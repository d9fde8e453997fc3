import { Button, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, useNavigate } from '@tanstack/react-router';
import { newProjectSchema, type ProjectView } from '@tideway/protocol';
import { useState } from 'react';
import { post } from '../../platform/api/call.ts';
import { Refused } from '../../platform/api/refused.ts';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { EmptyNote, ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
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

/** A project by its name; the key for addresses and calls is made from it, or asked for where none can be made. */
export function NewProjectForm({ onDone }: { onDone?: (project: ProjectView) => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asksForKey, setAsksForKey] = useState(false);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { name: '', key: '' },
    schema: newProjectSchema,
    toBody: bodyOf,
    send: async (values) => {
      const project = await post<ProjectView>('/projects', bodyOf(values)).catch((refused: unknown) => {
        if (refused instanceof Refused && refused.field === 'key') setAsksForKey(true);
        throw refused;
      });
      await queries.invalidateQueries({ queryKey: ['projects'] });
      if (onDone) onDone(project);
      else navigate({ to: '/p/$project', params: { project: project.key } });
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={420} mx="auto">
        <TextInput
          label="Name of the project"
          placeholder="Greenhouses"
          data-autofocus
          {...form.getInputProps('name')}
        />
        {asksForKey && (
          <TextInput
            label="Key"
            description="Stands for the project in addresses and calls, as greenhouses-north"
            {...form.getInputProps('key')}
          />
        )}
        {error !== null && <ErrorNote error={error} />}
        <Button type="submit" loading={isBusy}>
          Create project
        </Button>
      </Stack>
    </form>
  );
}

function bodyOf({ name, key }: { name: string; key: string }) {
  return { name, ...(key !== '' && { key }) };
}
