import { Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useEditedField } from './flow-editing.tsx';
import { asNew } from './flow-edits.rules.ts';
import { type Path, parseSource, readValue, valueText } from './flow-source.rules.ts';

type YamlInputProps = { place: Path; label: string; help?: string | undefined };

/** A value that no other form can show, as YAML. It is taken over when one leaves the field. */
export function YamlInput({ place, label, help }: YamlInputProps) {
  const { value, set, fault } = useEditedField(place);
  const written = valueText(value);
  const [typed, setTyped] = useState(written);
  useEffect(() => setTyped(written), [written]);
  const { document, faults } = parseSource(typed);
  const commit = () => {
    if (typed === written || faults.length > 0) return;
    set(typed.trim() === '' ? undefined : asNew(readValue(document)));
  };
  return (
    <Textarea
      label={`${label} (YAML)`}
      description={help}
      error={faults[0]?.message ?? fault}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      autosize
      minRows={2}
      maxRows={16}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
    />
  );
}
