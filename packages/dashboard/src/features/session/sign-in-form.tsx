import { Button, Stack, TextInput } from '@mantine/core';
import { signInSchema } from '@tideway/protocol';
import { useState } from 'react';
import { Refused } from '../../platform/api/refused.ts';
import { PasswordField } from '../../platform/forms/password-field.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { signIn } from './session.queries.ts';

/** Email and password, and the code of an authenticator once the server asks for it. */
export function SignInForm({ email = '', onDone }: { email?: string; onDone: () => void }) {
  const [asksForCode, setAsksForCode] = useState(false);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { email, password: '', code: '' },
    schema: signInSchema,
    toBody: bodyOf,
    send: async (values) => {
      try {
        await signIn(bodyOf(values));
      } catch (refused) {
        if (refused instanceof Refused && refused.field === 'code') setAsksForCode(true);
        throw refused;
      }
      onDone();
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label="Email" type="email" autoComplete="username" data-autofocus {...form.getInputProps('email')} />
        <PasswordField label="Password" autoComplete="current-password" {...form.getInputProps('password')} />
        {asksForCode && (
          <TextInput
            label="Code of the authenticator"
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            {...form.getInputProps('code')}
          />
        )}
        {error !== null && <ErrorNote error={error} />}
        <Button type="submit" loading={isBusy}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

function bodyOf({ email, password, code }: { email: string; password: string; code: string }) {
  return { email, password, ...(code !== '' && { code }) };
}
