import { Checkbox, Fieldset, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { textOf } from './drawing.rules.ts';
import { fieldWords, isLongText, isOnByDefault } from './field-words.ts';
import { useEditedField } from './flow-editing.tsx';
import type { Path } from './flow-source.rules.ts';
import { type Field, formFor } from './step-fields.rules.ts';
import { TextListInput } from './text-list-input.tsx';
import { TextRecordInput } from './text-record-input.tsx';
import { YamlInput } from './yaml-input.tsx';

type FieldInputProps = {
  field: Field;
  /** Of the field itself. */
  place: Path;
  /** The type of the step, or `flow` or `input`: what a key means depends on it. */
  scope: string;
};

const belowInput: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'error', 'description'];

/** A value of the flow, in the form that the server's schema gives it. */
export function FieldInput({ field, place, scope }: FieldInputProps) {
  const { value, set, fault } = useEditedField(place);
  const around = useEditedField(place.slice(0, -1)).value;
  const words = fieldWords(scope, field.key);
  const form = formFor(field.form, value);
  const common = { label: words.label, description: words.help, error: fault };
  // What a field means stands below it, so that fields beside each other stand in a row.
  const inRow = { ...common, inputWrapperOrder: belowInput };
  const text = textOf(value);
  const setText = (typed: string) => set(typed === '' && !field.isRequired ? undefined : typed);
  switch (form.kind) {
    case 'text':
      if (isLongText(scope, field.key)) {
        return (
          <Textarea
            {...common}
            value={text}
            onChange={(event) => set(event.currentTarget.value)}
            autosize
            minRows={2}
            maxRows={24}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
          />
        );
      }
      return (
        <TextInput
          {...inRow}
          placeholder={words.placeholder}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      );
    case 'duration':
    case 'count':
      return (
        <TextInput
          {...inRow}
          placeholder={words.placeholder}
          value={text}
          inputMode={form.kind === 'count' ? 'numeric' : 'text'}
          maw={220}
          onChange={(event) => setText(event.currentTarget.value.trim())}
        />
      );
    case 'flag': {
      const usual = isOnByDefault(scope, field.key, around);
      return (
        <Checkbox
          {...common}
          checked={value === null ? usual : value === 'true'}
          onChange={({ currentTarget: { checked } }) => set(checked === usual ? undefined : String(checked))}
        />
      );
    }
    case 'choice':
      return (
        <NativeSelect
          {...inRow}
          maw={220}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data={[
            ...(field.isRequired
              ? []
              : [{ value: '', label: words.placeholder ? `${words.placeholder} (as usual)` : '—' }]),
            ...form.choices.map((choice) => ({ value: choice, label: choice })),
          ]}
        />
      );
    case 'group':
      return (
        <Fieldset legend={words.label} variant="default" p="sm">
          <Stack gap="sm">
            {form.fields.map((inner) => (
              <FieldInput key={inner.key} field={inner} place={[...place, inner.key]} scope={scope} />
            ))}
          </Stack>
        </Fieldset>
      );
    case 'textList':
      return <TextListInput place={place} label={words.label} help={words.help} />;
    case 'textRecord':
      return <TextRecordInput place={place} label={words.label} help={words.help} />;
    case 'yaml':
      return <YamlInput place={place} label={words.label} help={words.help} />;
  }
}
