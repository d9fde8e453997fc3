import { NativeSelect, NumberInput, Stack, Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type CreatedPairingToken, newPairingTokenSchema } from '@tideway/protocol';
import { useState } from 'react';
import { path, post } from '../../platform/api/call.ts';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { timeOfInput } from '../../platform/forms/local-time.rules.ts';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { useLabelNames } from '../labels/label.queries.ts';
import { EndField } from './end-field.tsx';
import { ShownOnce } from './shown-once.tsx';

type Values = { uses: number | string; expires_at: string; group: string; needs_approval: boolean };

/** Makes a pairing token of a project, and shows it. */
export function PairingTokenForm({ project, onDone }: { project: string; onDone: () => void }) {
  const queries = useQueryClient();
  const groups = useLabelNames(project, 'groups');
  const [created, setCreated] = useState<CreatedPairingToken | null>(null);
  const { form, submit, isBusy, error } = useServerForm<Values>({
    initialValues: { uses: '', expires_at: '', group: '', needs_approval: false },
    schema: newPairingTokenSchema,
    toBody: bodyOf,
    send: async (values) => {
      setCreated(await post<CreatedPairingToken>(path`/${project}/pairing-tokens`, bodyOf(values)));
      await queries.invalidateQueries({ queryKey: [project, 'pairing-tokens'] });
    },
  });
  if (created !== null) {
    return (
      <ShownOnce lines={[{ label: 'Pairing token', text: created.token }]} onDone={onDone}>
        The pairing token is made, and shown this once. Who has it can let devices join this project.
      </ShownOnce>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <NumberInput
          label="Uses (optional)"
          description="How many devices may join with it. Without a number, any number."
          allowDecimal={false}
          allowNegative={false}
          data-autofocus
          {...form.getInputProps('uses')}
        />
        <EndField description="Without an end it is good until it is revoked." {...form.getInputProps('expires_at')} />
        <NativeSelect
          label="Group"
          data={[{ value: '', label: 'As the device wishes' }, ...groups]}
          {...form.getInputProps('group')}
        />
        <Switch
          label="Devices need approval"
          description="No deployment selects them before a person has approved them."
          {...form.getInputProps('needs_approval', { type: 'checkbox' })}
        />
        <FormEnd verb="Create token" isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}

function bodyOf({ uses, expires_at, group, needs_approval }: Values) {
  const end = timeOfInput(expires_at);
  return {
    ...(uses !== '' && { uses: Number(uses) }),
    ...(end !== undefined && { expires_at: end }),
    ...(group !== '' && { group }),
    needs_approval,
  };
}
