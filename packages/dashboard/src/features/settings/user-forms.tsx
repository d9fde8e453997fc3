import { Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { newUserSchema, type User, type UserWithLink, userChangesSchema } from '@tideway/protocol';
import { useState } from 'react';
import { patch, path, post } from '../../platform/api/call.ts';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { SignInLink } from './sign-in-link.tsx';
import { accessOf, fieldOfUser, UserFields, type UserValues } from './user-fields.tsx';

/** Lets somebody in, and shows the link by which they sign in. */
export function InviteForm({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [invited, setInvited] = useState<UserWithLink | null>(null);
  const bodyOf = (values: UserValues) => ({ email: values.email, ...accessOf(values) });
  const { form, submit, isBusy, error } = useServerForm<UserValues>({
    initialValues: { email: '', role: 'operator', sees: 'all', projects: [] },
    schema: newUserSchema,
    toBody: bodyOf,
    fieldOf: fieldOfUser,
    send: async (values) => {
      setInvited(await post<UserWithLink>('/users', bodyOf(values)));
      await queries.invalidateQueries({ queryKey: ['users'] });
    },
  });
  if (invited !== null) return <SignInLink user={invited} onDone={onDone} />;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label="Email"
          description="By which they sign in. Nothing is sent there: you get a link to pass on."
          type="email"
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('email')}
        />
        <UserFields form={form} />
        <FormEnd verb="Invite" isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}

/** Changes what a user may do. */
export function UserForm({ user, onDone }: { user: User; onDone: () => void }) {
  const queries = useQueryClient();
  const { form, submit, isBusy, error } = useServerForm<UserValues>({
    initialValues: {
      email: user.email,
      role: user.role,
      sees: user.projects === null ? 'all' : 'some',
      projects: user.projects ?? [],
    },
    schema: userChangesSchema,
    toBody: accessOf,
    fieldOf: fieldOfUser,
    send: async (values) => {
      await patch(path`/users/${user.id}`, accessOf(values));
      // It may be oneself.
      await Promise.all(['users', 'session'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      onDone();
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">It counts with the next thing that {user.email} does, also for their access tokens.</Text>
        <UserFields form={form} />
        <FormEnd verb="Save" isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}
