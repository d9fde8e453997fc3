import { Button, Menu, Text } from '@mantine/core';
import { IconBookmark } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { DeviceFilter } from '@tideway/protocol';
import { isSameFilter, isWholeInFilter } from './filter-text.rules.ts';
import { savedFiltersQuery } from './saved-filter.queries.ts';

type SavedFilterChoiceProps = {
  project: string;
  value: DeviceFilter;
  onChoose: (value: DeviceFilter) => void;
};

/** Takes a saved filter for an order; one that asks for more, as by a search, would select other devices here, and is only shown. */
export function SavedFilterChoice({ project, value, onChoose }: SavedFilterChoiceProps) {
  const saved = useQuery(savedFiltersQuery(project)).data ?? [];
  if (saved.length === 0) return null;
  const chosen = saved.find((filter) => isWholeInFilter(filter) && isSameFilter(filter.device_filter, value));
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconBookmark size={14} aria-hidden />} maw={220} mb="xs">
          {chosen?.name ?? 'Saved filters'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" maw="90vw" style={{ overflowY: 'auto' }}>
        {saved.map((filter) => (
          <Menu.Item
            key={filter.id}
            disabled={!isWholeInFilter(filter)}
            onClick={() => onChoose(filter.device_filter)}
            style={{ overflowWrap: 'anywhere' }}
          >
            {filter.name}
            {!isWholeInFilter(filter) && (
              <Text size="xs" c="var(--mantine-color-text)">
                Asks for more than a filter, which no deployment takes: pick its devices in the list of devices.
              </Text>
            )}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
