import { Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { UpdateFlow } from '@tideway/protocol';
import { useMemo } from 'react';
import { usePagedList } from '../../platform/api/pages.ts';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { ButtonLink, TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import type { Column } from '../../platform/ui/table-row.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { VirtualTable } from '../../platform/ui/virtual-table.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { loadFlows } from './flow.queries.ts';
import { FlowActions } from './flow-actions.tsx';

/** All update flows of the project. */
export function FlowsPage() {
  const project = useProjectKey();
  const mayEdit = useMay('admin');
  const list = usePagedList<UpdateFlow>([project, 'flows'], (after) => loadFlows(project, after));
  const columns = useMemo(() => columnsFor(project), [project]);
  return (
    <Page title="Update flows" actions={mayEdit && list.items.length > 0 && <NewFlowLink project={project} />}>
      <VirtualTable
        label="Update flows"
        columns={columns}
        list={list}
        rowId={(flow) => flow.id}
        empty={
          <EmptyNote title="There is no update flow yet" action={mayEdit && <NewFlowLink project={project} />}>
            An update flow is a list of steps that devices carry out one after the other: stop the app, put files in
            place, start it, prove that it runs.
            {!mayEdit && ' An admin makes them.'}
          </EmptyNote>
        }
      />
    </Page>
  );
}

function NewFlowLink({ project }: { project: string }) {
  return (
    <ButtonLink to="/p/$project/flows/new" params={{ project }} leftSection={<IconPlus size={16} />}>
      New update flow
    </ButtonLink>
  );
}

function columnsFor(project: string): Column<UpdateFlow>[] {
  return [
    {
      id: 'name',
      title: 'Name',
      width: 'minmax(150px, 3fr)',
      cell: ({ id, name, description }) => (
        <Group gap="sm" wrap="nowrap">
          <TextLink to="/p/$project/flows/$flow" params={{ project, flow: id }} title={name}>
            {name}
          </TextLink>
          <Text size="sm" c="dimmed" truncate title={description ?? ''}>
            {description}
          </Text>
        </Group>
      ),
    },
    { id: 'id', title: 'Id', width: '150px', isSecondary: true, cell: ({ id }) => <CopyLine text={id} label="id" /> },
    {
      id: 'version',
      title: 'Version',
      width: '80px',
      cell: ({ version }) => <span className="numbers">{version}</span>,
    },
    {
      id: 'changed',
      title: 'Changed',
      width: '130px',
      isSecondary: true,
      cell: ({ changed_at }) => <Time at={changed_at} as="ago" />,
    },
    {
      id: 'actions',
      title: 'Actions',
      width: '330px',
      isSecondary: true,
      cell: (flow) => (
        <Stack align="flex-start">
          <FlowActions project={project} flow={flow} isCompact />
        </Stack>
      ),
    },
  ];
}
