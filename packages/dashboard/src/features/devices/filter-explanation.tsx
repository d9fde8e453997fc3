import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { DeviceFilter, SelectionExplanation } from '@tideway/protocol';
import { useState } from 'react';
import { path, post } from '../../platform/api/call.ts';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { FilterBuilder } from './filter-builder.tsx';

/** Whether an order with a filter would select the device, condition by condition. */
export function FilterExplanation({ project, id }: { project: string; id: string }) {
  const [isOpen, { toggle }] = useDisclosure();
  const [filter, setFilter] = useState<DeviceFilter>({});
  const answer = useQuery({
    queryKey: [project, 'device', id, 'selected-by', filter],
    queryFn: () =>
      post<SelectionExplanation>(path`/${project}/device-filter/explain`, { device_filter: filter, device_id: id }),
    enabled: isOpen,
    placeholderData: keepPreviousData,
  });
  return (
    <Section
      title="Why is it not selected?"
      actions={
        <Button variant="default" size="xs" aria-expanded={isOpen} onClick={toggle}>
          {isOpen ? 'Close' : 'Try a filter'}
        </Button>
      }
    >
      <Text size="sm" c="dimmed">
        Give a filter, and see which of its conditions the device meets.
      </Text>
      {isOpen && (
        <Stack gap="md" mt="sm">
          <FilterBuilder project={project} value={filter} onChange={setFilter} refusal={answer.error} />
          {answer.error !== null && <ErrorNote error={answer.error} />}
          {answer.error === null && answer.data !== undefined && <Explanation answer={answer.data} />}
        </Stack>
      )}
    </Section>
  );
}

function Explanation({ answer: { is_selected: isSelected, conditions } }: { answer: SelectionExplanation }) {
  return (
    <div>
      <Text fw={600} role="status">
        {isSelected
          ? 'A deployment with this filter selects the device.'
          : 'A deployment with this filter does not select it.'}
      </Text>
      <List listStyleType="none" spacing={4} mt="xs">
        {conditions.map(({ field, matches, message }) => {
          const Shape = matches ? IconCheck : IconX;
          return (
            <List.Item key={`${field} ${message}`}>
              <Group gap="xs" wrap="nowrap" align="flex-start">
                <Shape
                  size={16}
                  color={matches ? 'var(--status-success)' : 'var(--status-failed)'}
                  role="img"
                  aria-label={matches ? 'Met:' : 'Not met:'}
                  style={{ flex: 'none', marginTop: 2 }}
                />
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {message}
                </Text>
              </Group>
            </List.Item>
          );
        })}
      </List>
    </div>
  );
}
