import { MultiSelect, Radio, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { Role } from '@tideway/protocol';
import { projectsQuery } from '../projects/project.queries.ts';
import { RoleField } from './role-field.tsx';

/** What a user may do, and where, as a form holds it. */
export type UserValues = { email: string; role: Role; sees: 'all' | 'some'; projects: string[] };

/** The role, and which projects. */
export function UserFields({ form }: { form: UseFormReturnType<UserValues> }) {
  const projects = useQuery(projectsQuery).data ?? [];
  return (
    <>
      <RoleField {...form.getInputProps('role')} />
      <Radio.Group label="Projects" {...form.getInputProps('sees')}>
        <Stack gap="xs" mt={4}>
          <Radio value="all" label="All, also those to come" />
          <Radio value="some" label="Only some" />
        </Stack>
      </Radio.Group>
      {form.getValues().sees === 'some' && (
        <MultiSelect
          label="Which projects"
          data={projects.map(({ key, name }) => ({ value: key, label: name }))}
          searchable
          nothingFoundMessage="There is no such project"
          {...form.getInputProps('projects')}
        />
      )}
    </>
  );
}

/** What the API takes for these values. */
export function accessOf({ role, sees, projects }: UserValues) {
  return { role, projects: sees === 'all' ? null : projects };
}

/** The API names the place in the list of projects, the form has one field for it. */
export function fieldOfUser(place: string): string {
  return place.startsWith('projects') ? 'projects' : place;
}
