import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { freeName, mapOf, textOf } from './drawing.rules.ts';
import { useEditedField, useFlowEditing } from './flow-editing.tsx';
import { renameAt, setAt } from './flow-edits.rules.ts';
import type { Path } from './flow-source.rules.ts';
import { NameInput } from './name-input.tsx';

type RecordInputProps = { place: Path; label: string; help?: string | undefined };

/** Texts by name, one a row. */
export function TextRecordInput({ place, label, help }: RecordInputProps) {
  const { flow, edit } = useFlowEditing();
  const { value, fault } = useEditedField(place);
  const path = ['flows', flow.name, ...place];
  const entries = Object.entries(mapOf(value)).map(([name, text]) => [name, textOf(text)] as const);
  const names = entries.map(([name]) => name);
  const setEntry = (name: string, text: string | undefined) =>
    edit((document) => setAt(document, [...path, name], text));
  return (
    <Input.Wrapper label={label} description={help} error={fault} labelElement="div" role="group" aria-label={label}>
      <Stack gap={4} mt={4}>
        {entries.map(([name, text], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row stays the same while its name is changed
          <Group key={index} gap={4} wrap="nowrap">
            <NameInput
              label={`Name ${index + 1} of ${label}`}
              name={name}
              taken={names}
              onRename={(renamed) => edit((document) => renameAt(document, [...path, name], renamed))}
            />
            <TextInput
              style={{ flex: 2 }}
              aria-label={`Value of ${name}`}
              value={text}
              onChange={({ currentTarget }) => setEntry(name, currentTarget.value)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${name}`}
              onClick={() => setEntry(name, undefined)}
            >
              <IconX size={14} />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => setEntry(freeName('NAME', names).replace(' ', '_'), '')}
          aria-label={`Add to ${label}`}
        >
          Add
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}
