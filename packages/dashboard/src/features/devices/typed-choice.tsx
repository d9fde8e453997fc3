import { Autocomplete, type AutocompleteProps } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTold } from './use-told.ts';

type TypedChoiceProps = Omit<AutocompleteProps, 'value' | 'onChange' | 'defaultValue'> & {
  value: string;
  onChange: (value: string) => void;
  /** Whether something is typed that does not count yet. */
  onTyping: (isTyping: boolean) => void;
};

/** A text that is chosen or typed. It counts once it is chosen, or the field is left, so that no half a name is asked for. */
export function TypedChoice({ value, onChange, onTyping, ...field }: TypedChoiceProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const latest = useRef(value);
  const told = useRef(value);
  const type = (text: string) => {
    latest.current = text;
    setTyped(text);
  };
  if (known !== value) {
    setKnown(value);
    told.current = value;
    type(value);
  }
  const tell = (text: string) => {
    const meant = text.trim();
    type(meant);
    if (meant === told.current) return;
    told.current = meant;
    onChange(meant);
  };
  const isTyping = typed !== value && typed.trim() !== value;
  useTold(isTyping, onTyping);
  return (
    <Autocomplete
      data-unfinished={isTyping || undefined}
      limit={200}
      maxDropdownHeight={280}
      {...field}
      value={typed}
      onChange={type}
      onOptionSubmit={tell}
      onBlur={() => tell(latest.current)}
      onKeyDown={(event) => {
        // The same key chooses an option, which comes after this.
        if (event.key === 'Enter') setTimeout(() => tell(latest.current));
      }}
    />
  );
}
