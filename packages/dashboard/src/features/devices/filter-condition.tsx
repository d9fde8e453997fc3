import { ActionIcon, Box, Group, NativeSelect, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { Filter } from '@tideway/protocol';
import { faultOf, filterTypeWords, newFilter } from './filter-draft.rules.ts';
import { FilterValue } from './filter-value.tsx';

type FilterConditionProps = {
  project: string;
  /** From 1, as it is read out. */
  number: number;
  value: Filter;
  refusal: string | null;
  onChange: (value: Filter) => void;
  onRemove: () => void;
  /** Whether something is typed into this field of it, and does not count yet. */
  onTyping: (field: string, isTyping: boolean) => void;
};

const types = Object.entries(filterTypeWords).map(([value, label]) => ({ value, label }));
const operands = [
  { value: 'is', label: 'is' },
  { value: 'is_not', label: 'is not' },
];

/** One condition of a filter: of what, whether it is or is not, and the value. */
export function FilterCondition({ onRemove, onTyping, ...condition }: FilterConditionProps) {
  const { project, number, value, refusal, onChange } = condition;
  const fault = faultOf(value);
  const name = `Condition ${number}`;
  return (
    <Box role="group" aria-label={name} data-unfinished={fault !== null || undefined}>
      <Group gap="xs" align="flex-start">
        <NativeSelect
          data-begins
          aria-label={`${name}: what is asked for`}
          data={types}
          value={value.type}
          onChange={(event) => onChange(newFilter(event.currentTarget.value as Filter['type']))}
          style={{ flex: '1 1 130px', maxWidth: 190 }}
        />
        <NativeSelect
          aria-label={`${name}: is or is not`}
          data={value.type === 'device_state' ? operands.slice(0, 1) : operands}
          value={value.operand}
          onChange={(event) => onChange({ ...value, operand: event.currentTarget.value } as Filter)}
          style={{ flex: '0 0 104px' }}
        />
        <FilterValue project={project} name={name} value={value} onChange={onChange} onTyping={onTyping} />
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          onClick={onRemove}
          aria-label={`Remove condition ${number}`}
        >
          <IconX size={16} />
        </ActionIcon>
      </Group>
      {refusal !== null && (
        <Text size="xs" c="var(--status-failed)" role="alert" mt={4}>
          {refusal}
        </Text>
      )}
      {fault !== null && (
        <Text size="xs" c="dimmed" mt={4}>
          {fault === 'incomplete' ? 'A value is missing: this condition does not count yet.' : `The value ${fault}.`}
        </Text>
      )}
    </Box>
  );
}
