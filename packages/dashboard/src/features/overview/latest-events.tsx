import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { ChangedThingLink } from './changed-thing-link.tsx';
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
        <Stack component="ul" gap={6} p={0} m={0}>
          {events.data.map((event) => (
            <Group
              key={event.id}
              component="li"
              gap="xs"
              justify="space-between"
              style={{ listStyle: 'none', rowGap: 0 }}
            >
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {actionWords(event.action)} <ChangedThingLink event={event} />
              </Text>
              <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {event.actor}, <Time at={event.at} as="ago" />
              </Text>
            </Group>
          ))}
        </Stack>
      )}
    </Section>
  );
}
