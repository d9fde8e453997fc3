import { TextInput, type TextInputProps } from '@mantine/core';

/** When something is to end, in the time zone of who types it; empty for never. */
export function EndField(field: TextInputProps) {
  return <TextInput type="datetime-local" label="Expires (optional)" {...field} />;
}
