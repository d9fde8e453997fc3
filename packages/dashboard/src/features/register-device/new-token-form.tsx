import { Button, Stack } from '@mantine/core';
import type { CreatedPairingToken } from '@tideway/protocol';
import { useState } from 'react';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { PairingTokenFields } from '../pairing-tokens/pairing-token-fields.tsx';
import { choiceText, type TokenChoice } from '../pairing-tokens/token-choice.rules.ts';
import { usePairingTokenForm } from '../pairing-tokens/use-pairing-token-form.ts';

const usual: TokenChoice = { uses: 1, validFor: '1d', group: null, needsApproval: false };

type NewTokenFormProps = { project: string; onDone: (token: CreatedPairingToken) => void };

/** A pairing token: for one device within a day, unless something else is chosen. */
export function NewTokenForm({ project, onDone }: NewTokenFormProps) {
  const [isOpen, setOpen] = useState(false);
  const { form, submit, isBusy, error } = usePairingTokenForm(project, usual, onDone);
  return (
    <Section title="Pairing token">
      <form onSubmit={submit} noValidate>
        <Stack align="flex-start">
          <details
            style={{ width: '100%' }}
            open={isOpen || Object.keys(form.errors).length > 0}
            onToggle={(event) => setOpen(event.currentTarget.open)}
          >
            <summary style={{ cursor: 'pointer', marginBottom: 'var(--mantine-spacing-sm)' }}>
              {choiceText(form.getValues())}. Change this
            </summary>
            <PairingTokenFields project={project} form={form} />
          </details>
          {error !== null && <ErrorNote error={error} />}
          <Button type="submit" loading={isBusy}>
            Make the line to paste
          </Button>
        </Stack>
      </form>
    </Section>
  );
}
