import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type SecondFactorOffer, secondFactorRemovalSchema } from '@tideway/protocol';
import { useState } from 'react';
import { post } from '../../platform/api/call.ts';
import { queryClient } from '../../platform/api/query-client.ts';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { PasswordField } from '../../platform/forms/password-field.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { tellDone, tellRefused } from '../../platform/ui/tell.ts';
import { sessionQuery, useSession } from '../session/session.queries.ts';
import { SecondFactorSetUp } from './second-factor-set-up.tsx';

/** The code of an authenticator that a sign-in asks for: on, or how to turn it on. */
export function SecondFactor() {
  const { has_password, has_second_factor } = useSession();
  const [offer, setOffer] = useState<SecondFactorOffer | null>(null);
  if (has_second_factor) {
    return (
      <Stack align="flex-start">
        <Text size="sm">It is on: signing in asks for the code of your authenticator.</Text>
        <DialogButton verb="Turn off" title="Turn off the second factor">
          {(close) => <RemovalForm onDone={close} />}
        </DialogButton>
      </Stack>
    );
  }
  if (!has_password) {
    return <Text size="sm">It is off. Set a password first: turning the second factor on asks for it.</Text>;
  }
  if (offer !== null) return <SecondFactorSetUp offer={offer} onEnd={() => setOffer(null)} />;
  return (
    <Stack align="flex-start">
      <Text size="sm">
        It is off. With it, signing in asks for a code of an authenticator app beside the password, so that the password
        alone opens nothing.
      </Text>
      <Button
        variant="default"
        onClick={() => post<SecondFactorOffer>('/session/second-factor/offer').then(setOffer, tellRefused)}
      >
        Turn on
      </Button>
    </Stack>
  );
}

function RemovalForm({ onDone }: { onDone: () => void }) {
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { password: '', code: '' },
    schema: secondFactorRemovalSchema,
    send: async (values) => {
      await post('/session/second-factor/removal', values);
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
      tellDone('The second factor is off.');
      onDone();
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">Signing in will ask for the password alone.</Text>
        <PasswordField
          label="Password"
          autoComplete="current-password"
          data-autofocus
          {...form.getInputProps('password')}
        />
        <TextInput
          label="Code of the authenticator"
          inputMode="numeric"
          autoComplete="one-time-code"
          {...form.getInputProps('code')}
        />
        <FormEnd verb="Turn off" isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}
