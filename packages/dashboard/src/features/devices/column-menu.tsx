import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconColumns } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Column } from '../../platform/ui/table-row.tsx';
import { useIsNarrow } from '../../platform/ui/use-is-narrow.ts';
import { deviceColumns, usualColumns } from './device-columns.tsx';
import type { ListedDevice } from './listed-device.ts';

/** The columns that are shown, as this browser remembers them. */
export function useChosenColumns(project: string) {
  const [chosen, choose] = useLocalStorage<string[]>({
    key: 'tideway-device-columns',
    defaultValue: usualColumns,
    getInitialValueInEffect: false,
  });
  const isNarrow = useIsNarrow();
  const columns = useMemo(() => {
    const known = new Set(Array.isArray(chosen) ? chosen : usualColumns);
    return deviceColumns(project, isNarrow).filter(({ id }, index) => index === 0 || known.has(id));
  }, [project, chosen, isNarrow]);
  return { columns, choose };
}

type ColumnMenuProps = { project: string; columns: Column<ListedDevice>[]; onChoose: (ids: string[]) => void };

export function ColumnMenu({ project, columns, onChoose }: ColumnMenuProps) {
  const [first, ...others] = deviceColumns(project);
  return (
    <Popover position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns size={16} aria-hidden />} visibleFrom="sm">
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Checkbox.Group
          label={`Beside ${first?.title.toLowerCase()}`}
          value={columns.map(({ id }) => id)}
          onChange={onChoose}
        >
          <Stack gap={6} mt="xs">
            {others.map(({ id, title }) => (
              <Checkbox key={id} size="xs" value={id} label={title} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
