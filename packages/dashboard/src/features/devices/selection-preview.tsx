import { Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { SelectionPreview as Preview } from '@tideway/protocol';
import { path, post } from '../../platform/api/call.ts';
import { calmly } from '../../platform/api/calm.ts';
import { Refused } from '../../platform/api/refused.ts';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { countText, numberText } from '../../platform/ui/number-text.ts';
import type { DevicesAsked } from './device.queries.ts';
import { partOfField } from './filter-text.rules.ts';

/** What an order takes, and what a list is narrowed by: a filter, devices that were picked, a search. */
export type Selected = DevicesAsked & { device_ids?: string[] | undefined };

/**
 * Which devices that are at this moment: `devices` of them an order selects, `listed` a list has. Asked a moment after it
 * was last changed, and again every ten seconds.
 */
export function useSelectionPreview(project: string, selected: Selected) {
  const [asked] = useDebouncedValue(selected, 300);
  return useQuery({
    ...calmly({
      // Not below `devices`, which events read again each second: counting a large fleet is not for that.
      queryKey: [project, 'selection-preview', asked],
      queryFn: () => post<Preview>(path`/${project}/device-filter/preview`, asked),
      everyMs: 10_000,
    }),
    placeholderData: keepPreviousData,
  });
}

type SelectionPreviewProps = { preview: ReturnType<typeof useSelectionPreview> };

/** How many devices that are, and the first of them. */
export function SelectionPreview({ preview }: SelectionPreviewProps) {
  const { data, error, isPending, refetch } = preview;
  if (error) return <ErrorNote error={withPlace(error)} onRetry={() => void refetch()} />;
  if (isPending) return <LoadingNote what="Counting devices" />;
  const { devices, by_state: states, by_group: groups, sample, listed } = data;
  const others = devices - sample.length;
  return (
    <div role="status" aria-label="Selected devices">
      <Group gap="md" className="numbers">
        <Text fw={600}>{countText(devices, 'device')}</Text>
        {devices > 0 && (
          <Text size="sm">
            {numberText(states.online)} online, {numberText(states.offline)} offline
          </Text>
        )}
      </Group>
      {devices === 0 ? (
        <Text size="sm" c="dimmed">
          No device matches at this moment.
        </Text>
      ) : (
        <>
          {groups.length > 1 && (
            <Text size="sm" c="dimmed" className="numbers" style={{ overflowWrap: 'anywhere' }}>
              {groups
                .slice(0, 5)
                .map((group) => `${group.name} ${numberText(group.devices)}`)
                .join(', ')}
              {groups.length > 5 && ` and ${countText(groups.length - 5, 'other group')}`}
            </Text>
          )}
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {sample.map(({ name }) => name).join(', ')}
            {others > 0 && ` and ${countText(others, 'other')}`}
          </Text>
        </>
      )}
      {listed > devices && (
        <Text size="sm" c="dimmed" className="numbers">
          {countText(listed - devices, 'more awaits approval', 'more await approval')}: no deployment goes to such a
          device.
        </Text>
      )}
    </div>
  );
}

/** A refusal with the place that the builder shows, in its words. */
function withPlace(error: unknown): unknown {
  const part = error instanceof Refused ? partOfField(error.field) : null;
  if (part === null || !(error instanceof Refused)) return error;
  return new Error(`${part === 'groups' ? 'Groups' : `Condition ${part + 1}`}: ${error.message}`);
}
