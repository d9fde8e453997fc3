import { Group, Text, Tooltip } from '@mantine/core';
import { IconBolt, IconPlugConnectedX } from '@tabler/icons-react';
import { useLiveState } from '../platform/live/event-stream.ts';

/** Whether the page follows what happens. A lost connection is said in words, and heals by itself. */
export function LiveMark() {
  const state = useLiveState();
  // Where there is nothing to follow the page says so.
  if (state === 'gone' || state === 'off') return null;
  if (state === 'lost') {
    return (
      <Tooltip label="What you see may be old. The page tries again every few seconds.">
        <Group gap={4} wrap="nowrap" role="status" c="var(--status-failed)">
          <IconPlugConnectedX size={16} aria-hidden />
          <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
            Connection lost
          </Text>
        </Group>
      </Tooltip>
    );
  }
  return (
    <Group gap={4} wrap="nowrap" role="status" c="dimmed">
      <IconBolt size={16} aria-hidden />
      <Text size="sm">{state === 'live' ? 'Live' : 'Connecting'}</Text>
    </Group>
  );
}
