import { Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { AuditEventView } from '@tideway/protocol';
import { DottedWords } from '../../platform/ui/dotted-words.tsx';
import { ButtonLink, TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { type PlainColumn, PlainTable } from '../../platform/ui/plain-table.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { ChangedThingLink } from '../overview/changed-thing-link.tsx';
import { NeedsRole } from '../session/needs-role.tsx';
import { AuditFilter } from './audit-filter.tsx';
import { JsonDifference } from './json-difference.tsx';
import { useAuditEvents } from './settings.queries.ts';

const columns: PlainColumn<AuditEventView>[] = [
  {
    title: 'When',
    cell: ({ at }) => (
      <span className="one-line-where-wide">
        <Time at={at} />
      </span>
    ),
  },
  {
    title: 'Who',
    cell: ({ actor }) => (
      <TextLink to="/settings/audit-log" search={(before) => ({ ...before, actor })}>
        <DottedWords text={actor} />
      </TextLink>
    ),
    isSecondary: true,
  },
  {
    title: 'What',
    cell: (event) => (
      <>
        <span className="mono">
          <DottedWords text={event.action} />
        </span>
        <Text size="sm" hiddenFrom="sm">
          <ChangedThingLink event={event} /> by <DottedWords text={event.actor} />
        </Text>
      </>
    ),
  },
  { title: 'Target', cell: (event) => <ChangedThingLink event={event} />, isSecondary: true },
  { title: 'Project', cell: ({ project_key }) => project_key ?? '—', isSecondary: true },
  { title: 'From where', cell: fromWhere, isSecondary: true },
];

export function AuditLogPage() {
  return (
    <NeedsRole needed="admin" title="Audit log">
      <AuditLog />
    </NeedsRole>
  );
}

/** Who changed what, from where, newest first. */
function AuditLog() {
  const search = useSearch({ from: '/signed-in/settings/audit-log' });
  const navigate = useNavigate({ from: '/settings/audit-log' });
  const events = useAuditEvents(search);
  const isNarrowed = Object.values(search).some((value) => value !== undefined);
  return (
    <Page title="Audit log">
      <Stack>
        <AuditFilter search={search} onChange={(next) => navigate({ search: next })} />
        <PlainTable
          label="Audit log"
          columns={columns}
          list={events}
          rowId={({ id }) => id}
          detail={({ before, after }) =>
            (before ?? after ?? null) === null ? null : <JsonDifference before={before} after={after} />
          }
          empty={
            <EmptyNote
              title={isNarrowed ? 'Nothing of this kind was changed' : 'Nothing was changed yet'}
              action={
                isNarrowed && (
                  <ButtonLink to="/settings/audit-log" search={{}} variant="default">
                    Show all
                  </ButtonLink>
                )
              }
            >
              The audit log holds each change that was made: by whom, from where, and what there was before and after.
            </EmptyNote>
          }
        />
      </Stack>
    </Page>
  );
}

function fromWhere({ address, access_token_id }: AuditEventView): string {
  return [address, access_token_id && `token ${access_token_id}`].filter(Boolean).join(', ') || '—';
}
