import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import type { LabelInUse } from '@tideway/protocol';
import { useMemo, useState } from 'react';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { deviceFilterText } from '../../platform/ui/device-filter-text.ts';
import { TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { countText, numberText } from '../../platform/ui/number-text.ts';
import type { Column } from '../../platform/ui/table-row.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { VirtualTable } from '../../platform/ui/virtual-table.tsx';
import { useMay } from '../session/session.queries.ts';
import { useLabelChanges, useLabels } from './label.queries.ts';
import type { LabelKind } from './label-kind.ts';
import { NewLabelForm } from './new-label-form.tsx';
import { RenameLabel } from './rename-label.tsx';

type LabelListProps = {
  project: string;
  kind: LabelKind;
  /** What is said of each beside its name and its devices. */
  columns?: Column<LabelInUse>[];
  height?: string;
};

const noColumns: Column<LabelInUse>[] = [];

/** All groups, tags or apps, with the devices that carry them, and what can be done with them. */
export function LabelList({ project, kind, columns = noColumns, height }: LabelListProps) {
  const list = useLabels(project, kind);
  const mayChange = useMay(kind.needs);
  const [renaming, setRenaming] = useState<string | null>(null);
  const all = useMemo(() => {
    const usual = usualColumns(project, kind);
    return [...usual, ...columns, ...(mayChange ? [actionsColumn(project, kind, setRenaming)] : [])];
  }, [project, kind, columns, mayChange]);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" maw={640}>
        {kind.meaning}
      </Text>
      {mayChange && <NewLabelForm project={project} kind={kind} />}
      <VirtualTable
        label={kind.title}
        columns={all}
        list={list}
        rowId={({ id }) => id}
        empty={
          <EmptyNote title={`There is no ${kind.one} yet`}>
            {mayChange ? 'Give the first one a name above.' : `Somebody with the role ${kind.needs} can make one.`}
          </EmptyNote>
        }
        {...(height !== undefined && { height })}
      />
      {renaming !== null && (
        <RenameLabel project={project} kind={kind} name={renaming} onClose={() => setRenaming(null)} />
      )}
    </Stack>
  );
}

function usualColumns(project: string, kind: LabelKind): Column<LabelInUse>[] {
  return [
    { id: 'name', title: 'Name', width: 'minmax(80px, 1fr)', cell: ({ name }) => <span title={name}>{name}</span> },
    {
      id: 'devices',
      title: 'Devices',
      width: '84px',
      cell: ({ name, devices }) => (
        <TextLink
          to="/p/$project/devices"
          params={{ project }}
          search={{ filter: deviceFilterText(kind.filterOf(name)) }}
          className="numbers"
          aria-label={`${countText(devices, 'device')} with the ${kind.one} ${name}`}
        >
          {numberText(devices)}
        </TextLink>
      ),
    },
  ];
}

function actionsColumn(project: string, kind: LabelKind, rename: (name: string) => void): Column<LabelInUse> {
  return {
    id: 'actions',
    title: 'Actions',
    width: '118px',
    cell: (label) => <Actions project={project} kind={kind} label={label} onRename={() => rename(label.name)} />,
  };
}

type ActionsProps = { project: string; kind: LabelKind; label: LabelInUse; onRename: () => void };

function Actions({ project, kind, label: { name, devices }, onRename }: ActionsProps) {
  const { remove } = useLabelChanges(project, kind);
  return (
    <Group gap={4} wrap="nowrap">
      <ActionIcon size="sm" variant="default" onClick={onRename} aria-label={`Rename ${name}`} title="Rename">
        <IconPencil size={14} />
      </ActionIcon>
      <ConfirmButton
        verb="Delete"
        title={`Delete the ${kind.one} ${name}?`}
        size="compact-xs"
        aria-label={`Delete ${name}`}
        onConfirm={async () => {
          await remove(name);
          tellDone(`The ${kind.one} ${name} is deleted`);
        }}
      >
        {devices === 0
          ? `No device carries it. What is recorded of earlier deployments stays.`
          : `${countText(devices, 'device')} ${devices === 1 ? 'carries' : 'carry'} it: as long as that is so, the server refuses to delete it.`}
      </ConfirmButton>
    </Group>
  );
}
