import { PasswordInput, type PasswordInputProps } from '@mantine/core';

/** A field for a password. The library's own says only by its colour that what was typed is wrong. */
export function PasswordField(field: PasswordInputProps) {
  return <PasswordInput aria-invalid={field.error ? true : undefined} {...field} />;
}
