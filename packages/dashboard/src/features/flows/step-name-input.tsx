import { TextInput } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { textOf } from './drawing.rules.ts';
import { useEditedField, useLeaving } from './flow-editing.tsx';

/** The name of a step; of one that was just added it is the first thing to be typed. */
export function StepNameInput({ index, isNew }: { index: number; isNew: boolean }) {
  const place = ['steps', index, 'name'];
  const { value, set, fault } = useEditedField(place);
  const leaving = useLeaving();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!isNew) return;
    input.current?.focus();
    input.current?.select();
  }, [isNew]);
  return (
    <TextInput
      ref={input}
      label="Name of the step"
      value={textOf(value)}
      error={fault}
      onChange={(event) => set(event.currentTarget.value)}
      onBlur={leaving(place)}
    />
  );
}
