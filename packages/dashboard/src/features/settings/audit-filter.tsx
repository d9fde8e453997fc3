import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { projectsQuery } from '../projects/project.queries.ts';
import type { AuditSearch } from './settings.queries.ts';

/** What there are audit events of: an action begins with one of these words. */
const things = [
  'access_token',
  'account',
  'app',
  'artifact',
  'deployment',
  'device',
  'flow',
  'group',
  'pairing_token',
  'password',
  'project',
  'registry',
  'saved_filter',
  'second_factor',
  'session',
  'sign_in_link',
  'tag',
  'user',
];

type AuditFilterProps = { search: AuditSearch; onChange: (search: AuditSearch) => void };

/** Narrows the audit log; what was chosen stands in the page's address. */
export function AuditFilter({ search, onChange }: AuditFilterProps) {
  const projects = useQuery(projectsQuery).data ?? [];
  const [actor, setActor] = useState(search.actor ?? '');
  const [text, setText] = useState(search.search ?? '');
  // The address changes also by a link of the table, and by the way back.
  useEffect(() => setActor(search.actor ?? ''), [search.actor]);
  useEffect(() => setText(search.search ?? ''), [search.search]);
  const change = (part: AuditSearch) => {
    onChange({ ...search, actor: actor || undefined, search: text || undefined, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change({});
  };
  const kinds = things.map((thing) => ({ value: `${thing}.`, label: thing.replaceAll('_', ' ') }));
  const isOtherAction = search.action !== undefined && !kinds.some(({ value }) => value === search.action);
  return (
    <form onSubmit={submit} aria-label="Narrow the audit log">
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label="Project"
          data={[{ value: '', label: 'All' }, ...projects.map(({ key, name }) => ({ value: key, label: name }))]}
          value={search.project ?? ''}
          onChange={(event) => change({ project: event.currentTarget.value || undefined })}
        />
        <NativeSelect
          label="What"
          data={[
            { value: '', label: 'Everything' },
            ...(isOtherAction ? [{ value: search.action ?? '', label: search.action ?? '' }] : []),
            ...kinds,
          ]}
          value={search.action ?? ''}
          onChange={(event) => change({ action: event.currentTarget.value || undefined })}
        />
        <TextInput
          label="By whom"
          placeholder="name@example.org"
          value={actor}
          onChange={(event) => setActor(event.currentTarget.value)}
        />
        <TextInput
          label="Who or target contains"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          Narrow
        </Button>
      </Group>
    </form>
  );
}
