import { Box, Button, Stack, TagsInput, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { DeviceFilter } from '@tideway/protocol';
import { useEffect, useRef, useState } from 'react';
import { Refused } from '../../platform/api/refused.ts';
import { faultText } from '../../platform/forms/fault-text.rules.ts';
import { useLabelNames } from '../labels/label.queries.ts';
import { useFilterText } from './device-choices.queries.ts';
import { devicesToPick } from './devices-to-pick.rules.ts';
import { FilterCondition } from './filter-condition.tsx';
import {
  addRow,
  changeRow,
  completePart,
  draftOf,
  type FilterDraft,
  placeOfRow,
  removeRow,
  unfinishedText,
} from './filter-draft.rules.ts';
import { filterToAddress, partOfField } from './filter-text.rules.ts';

type FilterBuilderProps = {
  project: string;
  /** The order's `device_filter`. */
  value: DeviceFilter;
  onChange: (value: DeviceFilter) => void;
  /** What the server has refused of this filter: it is shown at the part that it is about. */
  refusal?: unknown;
  /** Takes what does not count yet, as one sentence; null once all of it does. The same function at each drawing. */
  onUnfinished?: (text: string | null) => void;
};

/** Makes the filter of an order: in any of the groups, and all of the conditions. */
export function FilterBuilder({ project, value, onChange, refusal, onUnfinished }: FilterBuilderProps) {
  const { draft, change } = useDraft(value, onChange);
  const [group, typeGroup] = useState('');
  const { typing, takeTyping } = useTyping();
  const unfinished = unfinishedText(draft, group.trim() === '' ? typing : ['groups', ...typing]);
  const complete = completePart(draft);
  const words = useFilterText(project, complete);
  useEffect(() => {
    onUnfinished?.(unfinished);
    // Nothing is unfinished any more where the builder goes.
    return () => onUnfinished?.(null);
  }, [unfinished, onUnfinished]);
  const frame = useRef<HTMLFieldSetElement>(null);
  const groups = useLabelNames(project, 'groups');
  const refused = refusal instanceof Refused ? { part: partOfField(refusal.field), message: refusal.message } : null;

  /** Where the eye is: at the row that has come, or at the button once a row has gone. */
  function focus(selector: string) {
    requestAnimationFrame(() => [...(frame.current?.querySelectorAll<HTMLElement>(selector) ?? [])].at(-1)?.focus());
  }

  return (
    <Box component="fieldset" ref={frame} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <legend style={{ padding: 0, fontWeight: 600 }}>Which devices</legend>
      <Stack gap="sm" mt="xs">
        <TagsInput
          label="In any of these groups"
          placeholder={draft.groups.length === 0 ? 'All groups' : ''}
          data={groups}
          value={draft.groups}
          onChange={(names) => change({ ...draft, groups: names })}
          searchValue={group}
          onSearchChange={typeGroup}
          data-unfinished={group.trim() !== '' || undefined}
          splitChars={[]}
          isDuplicate={(name, names) => names.includes(name)}
          error={refused?.part === 'groups' && refused.message}
          maxDropdownHeight={280}
        />
        {draft.rows.length > 0 && (
          <Stack gap="xs">
            <Text size="sm" fw={500}>
              {draft.rows.length > 1 ? 'And all of these conditions' : 'And this condition'}
            </Text>
            {draft.rows.map(({ key, filter }, index) => (
              <FilterCondition
                key={key}
                project={project}
                number={index + 1}
                value={filter}
                refusal={refused !== null && refused.part === placeOfRow(draft, key) ? refused.message : null}
                onChange={(changed) => change(changeRow(draft, key, changed))}
                onTyping={(field, isTyping) => takeTyping({ row: key, field }, isTyping)}
                onRemove={() => {
                  change(removeRow(draft, key));
                  focus('[data-adds]');
                }}
              />
            ))}
          </Stack>
        )}
        <Button
          data-adds
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={draft.rows.length >= 50}
          onClick={() => {
            change(addRow(draft));
            focus('select[data-begins]');
          }}
          style={{ alignSelf: 'flex-start' }}
        >
          Add condition
        </Button>
        <Text size="sm" c="dimmed" aria-live="polite" style={{ overflowWrap: 'anywhere' }}>
          {unfinished === null ? 'Devices' : 'Devices so far'}: {words}
          {unfinished !== null && `. ${faultText(unfinished)}.`}
          {devicesToPick(complete) !== null && '. No device is two devices at once: all conditions have to be met.'}
        </Text>
      </Stack>
    </Box>
  );
}

/** The fields of the conditions into which something is typed that does not count yet. */
function useTyping() {
  const [typing, setTyping] = useState<{ row: number; field: string }[]>([]);
  return {
    typing,
    takeTyping: (typed: { row: number; field: string }, isTyping: boolean) =>
      setTyping((before) => {
        const others = before.filter(({ row, field }) => row !== typed.row || field !== typed.field);
        return isTyping ? [...others, typed] : others;
      }),
  };
}

/** The draft follows what comes from outside, as a saved filter; what goes out is its complete part. */
function useDraft(value: DeviceFilter, onChange: (value: DeviceFilter) => void) {
  const [draft, setDraft] = useState<FilterDraft>(() => draftOf(value));
  const given = filterToAddress(value);
  const [known, setKnown] = useState(given);
  if (given !== known) {
    setKnown(given);
    if (given !== filterToAddress(completePart(draft))) setDraft(draftOf(value));
  }
  function change(next: FilterDraft) {
    setDraft(next);
    const complete = completePart(next);
    if (filterToAddress(complete) !== filterToAddress(completePart(draft))) onChange(complete);
  }
  return { draft, change };
}
