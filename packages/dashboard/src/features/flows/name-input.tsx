import { TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { onceReleased } from './once-released.ts';

type NameInputProps = {
  label: string;
  name: string;
  /** Names that others have; its own may be among them. */
  taken: readonly string[];
  onRename: (name: string) => void;
  isLabelShown?: boolean;
  error?: ReactNode;
};

/** A key of the text. It is changed when one leaves the field: while one types, it may be that of another. */
export function NameInput({ label, name, taken, onRename, isLabelShown = false, error }: NameInputProps) {
  const [typed, setTyped] = useState(name);
  useEffect(() => setTyped(name), [name]);
  const isTaken = typed !== name && taken.includes(typed);
  const commit = () => {
    if (typed !== name && typed !== '' && !isTaken) onRename(typed);
    else if (typed === '') setTyped(name);
  };
  return (
    <TextInput
      style={{ flex: 1 }}
      {...(isLabelShown ? { label } : { 'aria-label': label })}
      value={typed}
      error={isTaken ? 'There is one of this name already' : error}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => onceReleased(commit)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}
