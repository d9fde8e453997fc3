import { ActionIcon, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { type DrawnInput, freeName } from './drawing.rules.ts';
import { FieldGrid } from './field-grid.tsx';
import { useEditedField, useFlowEditing } from './flow-editing.tsx';
import { renameAt, setAt } from './flow-edits.rules.ts';
import { NameInput } from './name-input.tsx';
import { inputsToDeclare } from './new-flow.rules.ts';
import { inputFields } from './step-fields.rules.ts';

/** The parameters of the flow: those that it declares, and those that its steps use without that. */
export function InputsForm() {
  const { flow, edit, isStale } = useFlowEditing();
  const path = ['flows', flow.name, 'inputs'];
  const names = (flow.inputs ?? []).map(({ name }) => name);
  const declare = (wanted: string[]) =>
    edit((document) => {
      for (const name of wanted) setAt(document, [...path, name], {});
    });
  return (
    <Stack gap="sm">
      {(flow.inputs ?? []).map((input, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a parameter stays the same while its name is changed
        <InputForm key={index} input={input} names={names} />
      ))}
      {flow.foundInputs.length > 0 && (
        <Stack gap={4}>
          <Text size="sm" c="dimmed">
            {flow.inputs === null
              ? 'Found in the steps. Each is a required parameter; declare them to say more.'
              : 'Found in the steps, but not declared:'}
          </Text>
          {flow.foundInputs.map((name) => (
            <Group key={name} gap="sm">
              <Text size="sm" className="mono">
                {name}
              </Text>
              <Button
                size="compact-sm"
                variant="default"
                disabled={isStale}
                aria-label={`Declare ${name}`}
                onClick={() => declare(inputsToDeclare(flow, name))}
              >
                Declare
              </Button>
            </Group>
          ))}
        </Stack>
      )}
      {names.length + flow.foundInputs.length === 0 && (
        <Text size="sm" c="dimmed">
          None yet. A step that says <code>{'${{ inputs.version }}'}</code> has one: every deployment gives it a value.
        </Text>
      )}
      <Button
        variant="default"
        disabled={isStale}
        leftSection={<IconPlus size={16} />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() => declare(inputsToDeclare(flow, freeName('version', names).replace(' ', '_')))}
      >
        Add parameter
      </Button>
    </Stack>
  );
}

function InputForm({ input, names }: { input: DrawnInput; names: string[] }) {
  const { flow, edit, isStale } = useFlowEditing();
  const place = ['inputs', input.name];
  const path = ['flows', flow.name, ...place];
  const { fault } = useEditedField(place);
  return (
    <Paper withBorder p="sm" component="section" aria-label={`Parameter ${input.name}`}>
      <Stack gap="sm">
        <Group gap={4} wrap="nowrap" align="flex-end">
          <NameInput
            label="Name of the parameter"
            isLabelShown
            name={input.name}
            taken={names}
            error={fault}
            onRename={(name) => edit((document) => renameAt(document, path, name))}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            disabled={isStale}
            aria-label={`Remove parameter ${input.name}`}
            onClick={() => edit((document) => setAt(document, path, undefined))}
          >
            <IconTrash size={14} />
          </ActionIcon>
        </Group>
        <FieldGrid fields={inputFields} place={place} scope="input" />
      </Stack>
    </Paper>
  );
}
