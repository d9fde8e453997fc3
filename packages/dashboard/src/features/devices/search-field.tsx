import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useRef, useState } from 'react';

type SearchFieldProps = { label: string; value: string; onChange: (value: string) => void };

/** A text to search for, which counts a moment after it was typed. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const sent = useRef(value);
  if (known !== value) {
    setKnown(value);
    // Our own text that comes back must not overwrite what was typed since.
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }
  const send = useDebouncedCallback((text: string) => {
    sent.current = text;
    onChange(text);
  }, 300);
  const take = (text: string) => {
    setTyped(text);
    send(text);
  };
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      maxLength={128}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={typed !== '' && <CloseButton size="sm" aria-label="Clear the search" onClick={() => take('')} />}
      value={typed}
      onChange={(event) => take(event.currentTarget.value)}
      style={{ flex: '1 1 200px', minWidth: 0 }}
    />
  );
}
