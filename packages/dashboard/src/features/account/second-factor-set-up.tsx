import { Stack, Text, TextInput } from '@mantine/core';
import { type SecondFactorOffer, secondFactorSchema } from '@tideway/protocol';
import { put } from '../../platform/api/call.ts';
import { queryClient } from '../../platform/api/query-client.ts';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { PasswordField } from '../../platform/forms/password-field.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { sessionQuery } from '../session/session.queries.ts';
import { QrCode } from './qr-code.tsx';

/** The offered secret for the authenticator, and the proof that it has taken it over. */
export function SecondFactorSetUp({ offer, onEnd }: { offer: SecondFactorOffer; onEnd: () => void }) {
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { password: '', code: '' },
    schema: secondFactorSchema,
    toBody: (values) => ({ ...values, secret: offer.secret }),
    send: async (values) => {
      await put('/session/second-factor', { ...values, secret: offer.secret });
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
      tellDone('The second factor is on.');
      onEnd();
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">
          Let your authenticator app read this code, or type the secret into it. Nothing counts before you have shown
          that it works.
        </Text>
        <QrCode text={offer.url} label="QR code for the authenticator" />
        <Text size="sm" component="div">
          Secret: <CopyLine text={offer.secret} label="secret" />
        </Text>
        <PasswordField label="Your password" autoComplete="current-password" {...form.getInputProps('password')} />
        <TextInput
          label="Code that the authenticator shows"
          inputMode="numeric"
          autoComplete="one-time-code"
          {...form.getInputProps('code')}
        />
        <FormEnd verb="Turn on" isBusy={isBusy} error={error} onCancel={onEnd} />
      </Stack>
    </form>
  );
}
