import { ActionIcon, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconFile, IconFolder } from '@tabler/icons-react';
import { useMemo } from 'react';
import { TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { bytesText } from '../../platform/ui/number-text.ts';
import type { Column } from '../../platform/ui/table-row.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { VirtualTable } from '../../platform/ui/virtual-table.tsx';
import { useEntries } from './artifact.queries.ts';
import type { Entry } from './artifact.rules.ts';

type ArtifactListProps = { project: string; prefix: string; mayUpload: boolean };

/** The files and folders right below a prefix. */
export function ArtifactList({ project, prefix, mayUpload }: ArtifactListProps) {
  const list = useEntries(project, prefix);
  const columns = useMemo(() => columnsOf(project, prefix), [project, prefix]);
  return (
    <VirtualTable
      label="Artifacts"
      columns={columns}
      list={list}
      rowId={({ id }) => id}
      empty={
        prefix === '' ? (
          <EmptyNote title="There is no artifact yet">
            An artifact is a file that update flows put on devices. It has a path, as app/1.1.0/app.tar.gz, and is never
            overwritten.
            {mayUpload ? ' Upload the first one above.' : ' An admin can upload one.'}
          </EmptyNote>
        ) : (
          <EmptyNote title={`No artifact's path begins with ${prefix}`} />
        )
      }
    />
  );
}

function columnsOf(project: string, prefix: string): Column<Entry>[] {
  return [
    {
      id: 'name',
      title: 'Name',
      width: 'minmax(140px, 2fr)',
      cell: (entry) => <Name project={project} prefix={prefix} entry={entry} />,
    },
    {
      id: 'size',
      title: 'Size',
      width: '90px',
      cell: (entry) => 'artifact' in entry && <span className="numbers">{bytesText(entry.artifact.size)}</span>,
    },
    {
      id: 'sha256',
      title: 'SHA-256',
      width: 'minmax(160px, 1fr)',
      isSecondary: true,
      cell: (entry) => 'artifact' in entry && <Sha256 text={entry.artifact.sha256} name={entry.name} />,
    },
    {
      id: 'created',
      title: 'Created',
      width: 'minmax(170px, 1fr)',
      isSecondary: true,
      cell: (entry) => 'artifact' in entry && <Time at={entry.artifact.created_at} />,
    },
  ];
}

function Name({ project, prefix, entry }: { project: string; prefix: string; entry: Entry }) {
  const to = { to: '/p/$project/artifacts', params: { project } } as const;
  const isFolder = 'folder' in entry;
  const Icon = isFolder ? IconFolder : IconFile;
  return (
    <span title={entry.name}>
      <Icon size={14} aria-hidden style={{ verticalAlign: 'text-bottom', marginRight: 6 }} color="var(--quiet)" />
      <TextLink
        {...to}
        search={
          isFolder ? { prefix: entry.folder } : { ...(prefix !== '' && { prefix }), artifact: entry.artifact.path }
        }
      >
        {entry.name}
      </TextLink>
    </span>
  );
}

/** Its beginning tells it from others; copied is the whole. */
function Sha256({ text, name }: { text: string; name: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <span className="mono" title={text}>{`${text.slice(0, 12)}…`}</span>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy the SHA-256'}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              onClick={copy}
              aria-label={`Copy the SHA-256 of ${name}`}
            >
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
