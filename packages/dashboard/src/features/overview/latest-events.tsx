import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { newestAuditEventsQuery } from './overview.queries.ts';
import { actionWords } from './overview.rules.ts';

/** What was changed last in the project, and by whom; for admins. */
export function LatestEvents({ project }: { project: string }) {
  const events = useQuery(newestAuditEventsQuery(project));
  return (
    <Section
      title="Latest events"
      actions={
        <TextLink to="/settings/audit-log" search={{ project }}>
          Audit log
        </TextLink>
      }
    >
      {events.data === undefined ? (
        events.error ? (
          <ErrorNote error={events.error} onRetry={events.refetch} />
        ) : (
          <LoadingNote what="Loading events" />
        )
      ) : events.data.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing was changed yet.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={420} type="native">
          <Table aria-label="Latest events" verticalSpacing={4}>
            <Table.Tbody>
              {events.data.map(({ id, at, actor, action, target }) => (
                <Table.Tr key={id}>
                  <Table.Td style={{ whiteSpace: 'nowrap' }} c="dimmed">
                    <Time at={at} as="ago" />
                  </Table.Td>
                  <Table.Td>{actionWords(action)}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{target}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{actor}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  );
}
