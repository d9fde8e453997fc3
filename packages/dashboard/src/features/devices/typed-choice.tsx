import { Autocomplete, type AutocompleteProps } from '@mantine/core';
import { useState } from 'react';

type TypedChoiceProps = Omit<AutocompleteProps, 'value' | 'onChange' | 'defaultValue'> & {
  value: string;
  onChange: (value: string) => void;
};

/** A text that is chosen or typed. It counts once it is chosen, or the field is left, so that no half a name is asked for. */
export function TypedChoice({ value, onChange, ...field }: TypedChoiceProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  const take = (text: string) => {
    const meant = text.trim();
    setTyped(meant);
    if (meant !== value) onChange(meant);
  };
  return (
    <Autocomplete
      limit={200}
      maxDropdownHeight={280}
      {...field}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={take}
      onBlur={() => take(typed)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take(typed);
      }}
    />
  );
}
