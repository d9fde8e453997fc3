import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { textOf } from './drawing.rules.ts';
import { useEditedField, useFlowEditing } from './flow-editing.tsx';
import { insertAt, setAt } from './flow-edits.rules.ts';
import type { Path } from './flow-source.rules.ts';

type ListInputProps = { place: Path; label: string; help?: string | undefined };

/** A list of texts, one a row. */
export function TextListInput({ place, label, help }: ListInputProps) {
  const { flow, edit } = useFlowEditing();
  const { value, fault } = useEditedField(place);
  const path = ['flows', flow.name, ...place];
  const [added, setAdded] = useState<number | null>(null);
  const items = Array.isArray(value) ? value.map(textOf) : [];
  const setItem = (index: number, text: string | undefined) =>
    edit((document) => setAt(document, [...path, index], text));
  return (
    <Input.Wrapper label={label} description={help} error={fault} labelElement="div" role="group" aria-label={label}>
      <Stack gap={4} mt={4} align="stretch">
        {items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is the place in the list, whatever stands there
          <Group key={index} gap={4} wrap="nowrap">
            <TextInput
              style={{ flex: 1 }}
              aria-label={`${label} ${index + 1}`}
              value={item}
              autoFocus={index === added}
              onChange={(event) => setItem(index, event.currentTarget.value)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${label} ${index + 1}`}
              onClick={() => setItem(index, undefined)}
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
          onClick={() => {
            setAdded(items.length);
            edit((document) => insertAt(document, path, items.length, ''));
          }}
          aria-label={`Add to ${label}`}
        >
          Add
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}
