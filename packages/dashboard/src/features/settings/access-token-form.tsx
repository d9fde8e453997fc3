import { Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type CreatedAccessToken, newAccessTokenSchema, type Role } from '@tideway/protocol';
import { useState } from 'react';
import { post } from '../../platform/api/call.ts';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { timeOfInput } from '../../platform/forms/local-time.rules.ts';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { ShownOnce } from '../../platform/ui/shown-once.tsx';
import { useSession } from '../session/session.queries.ts';
import { EndField } from './end-field.tsx';
import { RoleField } from './role-field.tsx';

type Values = { name: string; role: Role; expires_at: string };

/** Makes an access token of one's own, and shows it. */
export function AccessTokenForm({ onDone }: { onDone: () => void }) {
  const { user } = useSession();
  const queries = useQueryClient();
  const [created, setCreated] = useState<CreatedAccessToken | null>(null);
  const { form, submit, isBusy, error } = useServerForm<Values>({
    initialValues: { name: '', role: user.role === 'viewer' ? 'viewer' : 'operator', expires_at: '' },
    schema: newAccessTokenSchema,
    toBody: bodyOf,
    send: async (values) => {
      setCreated(await post<CreatedAccessToken>('/access-tokens', bodyOf(values)));
      await queries.invalidateQueries({ queryKey: ['access-tokens'] });
    },
  });
  if (created !== null) return <NewToken created={created} onDone={onDone} />;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label="Name"
          description="What it is for, as nightly pipeline"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <RoleField most={user.role} {...form.getInputProps('role')} />
        <EndField
          description="Without it the token is good until it is revoked."
          {...form.getInputProps('expires_at')}
        />
        <FormEnd verb="Create token" isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}

function NewToken({ created: { name, token }, onDone }: { created: CreatedAccessToken; onDone: () => void }) {
  const lines = [
    { label: 'For the shell', text: `export TIDEWAY_TOKEN=${token}` },
    { label: 'Token', text: token },
    { label: 'Header of a call', text: `Authorization: Bearer ${token}` },
    { label: 'In the body of a call to /v2/deploy_update', text: `"user_token": "${token}"` },
  ];
  return (
    <ShownOnce lines={lines} onDone={onDone}>
      The token {name} is made. It is shown this once: put it where the program reads it, as the secrets of a pipeline.
    </ShownOnce>
  );
}

function bodyOf({ name, role, expires_at }: Values) {
  const end = timeOfInput(expires_at);
  return { name, role, ...(end !== undefined && { expires_at: end }) };
}
