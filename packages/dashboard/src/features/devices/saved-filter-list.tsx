import { Group, Stack, Text } from '@mantine/core';
import type { DeviceFilter, SavedFilter } from '@tideway/protocol';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { useFilterText } from './device-choices.queries.ts';
import { useSavedFilters } from './saved-filter.queries.ts';

/** The saved filters with what they select, to be deleted one by one. */
export function SavedFilterList({ project, saved }: { project: string; saved: SavedFilter[] }) {
  const { drop } = useSavedFilters(project);
  return (
    <Stack gap="sm">
      {saved.length === 0 && <Text size="sm">No filter is saved any more.</Text>}
      {saved.map((filter) => (
        <Group key={filter.id} justify="space-between" wrap="nowrap" gap="sm">
          <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
            <Text size="sm" fw={500}>
              {filter.name}
            </Text>
            <FilterWords project={project} filter={filter.device_filter} />
          </div>
          <ConfirmButton
            verb="Delete"
            size="xs"
            title={`Delete the filter ${filter.name}?`}
            onConfirm={() => drop(filter.name)}
          >
            Nobody finds the filter under this name any more. Devices and deployments stay as they are.
          </ConfirmButton>
        </Group>
      ))}
    </Stack>
  );
}

function FilterWords({ project, filter }: { project: string; filter: DeviceFilter }) {
  return (
    <Text size="xs" c="dimmed">
      {useFilterText(project, filter)}
    </Text>
  );
}
