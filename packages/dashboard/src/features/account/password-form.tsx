import { Stack, Text } from '@mantine/core';
import { passwordChangeSchema } from '@tideway/protocol';
import { put } from '../../platform/api/call.ts';
import { queryClient } from '../../platform/api/query-client.ts';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { PasswordField } from '../../platform/forms/password-field.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { sessionQuery, useSession } from '../session/session.queries.ts';
import { passwordChangeOf, repeatedPasswordSchema } from './password-change.rules.ts';

const empty = { old_password: '', new_password: '', repeated: '' };

/** Sets the first password, or another one. */
export function PasswordForm() {
  const { has_password, by_link, user } = useSession();
  const needsOld = has_password && !by_link;
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: empty,
    schema: repeatedPasswordSchema(passwordChangeSchema),
    toBody: (values) => ({ ...passwordChangeOf(values, needsOld), repeated: values.repeated }),
    send: async (values) => {
      await put('/session/password', passwordChangeOf(values, needsOld));
      form.setValues(empty);
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
      tellDone('The password is set. Your other browsers are signed out.');
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">
          {passwordNote(has_password, by_link)} Setting one signs out all other browsers in which you are signed in.
        </Text>
        {/* Password managers ask whose password it is. */}
        <input type="text" autoComplete="username" value={user.email} readOnly hidden />
        {needsOld && (
          <PasswordField label="Old password" autoComplete="current-password" {...form.getInputProps('old_password')} />
        )}
        <PasswordField
          label="New password"
          description="At least 10 characters. A long one is better than a complicated one."
          autoComplete="new-password"
          {...form.getInputProps('new_password')}
        />
        <PasswordField label="New password again" autoComplete="new-password" {...form.getInputProps('repeated')} />
        <FormEnd verb={has_password ? 'Change password' : 'Set password'} isBusy={isBusy} error={error} />
      </Stack>
    </form>
  );
}

function passwordNote(hasPassword: boolean, byLink: boolean): string {
  if (!hasPassword) return 'You have no password yet.';
  return byLink ? 'You came by a link: the old password is not needed.' : 'You sign in with your email and a password.';
}
