import { Stack } from '@mantine/core';
import type { CreatedPairingToken } from '@tideway/protocol';
import { useState } from 'react';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { ShownOnce } from '../../platform/ui/shown-once.tsx';
import { PairingTokenFields } from './pairing-token-fields.tsx';
import { choiceText, type TokenChoice } from './token-choice.rules.ts';
import { usePairingTokenForm } from './use-pairing-token-form.ts';

const usual: TokenChoice = { uses: '', validFor: '30d', group: null, needsApproval: false };

/** Makes a pairing token for many devices, unless something else is chosen, and shows it. */
export function CreatePairingToken({ project, onDone }: { project: string; onDone: () => void }) {
  const [created, setCreated] = useState<CreatedPairingToken | null>(null);
  const { form, submit, isBusy, error } = usePairingTokenForm(project, usual, setCreated);
  if (created !== null) {
    return (
      <ShownOnce lines={[{ label: 'Pairing token', text: created.token }]} onDone={onDone}>
        The pairing token is made, and shown this once. {choiceText(form.getValues())}. Who has it can let devices join
        this project.
      </ShownOnce>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <PairingTokenFields project={project} form={form} isFocused />
        <FormEnd verb="Create token" isBusy={isBusy} error={error} onCancel={onDone} />
      </Stack>
    </form>
  );
}
