import { Button, Group, Stack, Text } from '@mantine/core';
import type { UpdateOfDevice } from '@tideway/protocol';
import { usePagedList } from '../../platform/api/pages.ts';
import { MessageText } from '../../platform/ui/message-text.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { StatusMark } from '../../platform/ui/status-icon.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { loadUpdatesOfDevice } from './device.queries.ts';
import classes from './device-updates.module.css';
import { NamedUpdate } from './named-update.tsx';

/** All updates of a device, the newest first. */
export function DeviceUpdates({ project, id }: { project: string; id: string }) {
  const list = usePagedList(
    [project, 'device', id, 'updates'],
    (after) => loadUpdatesOfDevice(project, id, after, 50),
    { refetchIntervalMs: 5_000, refetchesUpToPages: 1 },
  );
  return (
    <Section title="Updates">
      {list.isLoading && <LoadingNote what="Loading updates" />}
      {list.error !== null && <ErrorNote error={list.error} onRetry={list.reload} />}
      {!list.isLoading && list.error === null && list.items.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing was deployed to this device yet.
        </Text>
      )}
      {list.items.length > 0 && (
        <Stack component="ul" gap={0} className={classes.list} aria-label="Updates">
          {list.items.map((update) => (
            <UpdateLine key={update.deployment_id} project={project} update={update} />
          ))}
        </Stack>
      )}
      {list.hasMore && (
        <Button variant="default" size="xs" mt="sm" onClick={list.loadMore} loading={list.isLoadingMore}>
          Show older ones
        </Button>
      )}
    </Section>
  );
}

function UpdateLine({ project, update }: { project: string; update: UpdateOfDevice }) {
  const { status, message, reason } = update;
  const ended = status === 'failed' || status === 'aborted';
  return (
    <li className={classes.update}>
      <Group gap="md" style={{ rowGap: 0 }}>
        <span className={classes.status}>
          <StatusMark status={status} />
        </span>
        <NamedUpdate project={project} update={update} />
        <Text size="sm" c="dimmed">
          {update.finished_at !== null && (
            <>
              ended <Time at={update.finished_at} as="ago" />
            </>
          )}
          {update.finished_at === null && update.taken_up_at !== null && (
            <>
              started <Time at={update.taken_up_at} as="ago" />
            </>
          )}
        </Text>
      </Group>
      {ended && (message ?? reason) !== null && (
        <Text size="sm" mt={2} style={{ overflowWrap: 'anywhere' }}>
          <MessageText message={message ?? reason ?? ''} />
        </Text>
      )}
    </li>
  );
}
