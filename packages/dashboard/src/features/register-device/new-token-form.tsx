import { Button, NativeSelect, NumberInput, Select, SimpleGrid, Stack, Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type CreatedPairingToken, newPairingTokenSchema } from '@tideway/protocol';
import { useState } from 'react';
import { path, post } from '../../platform/api/call.ts';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { useLabelNames } from '../labels/label.queries.ts';
import { choiceText, type TokenChoice, tokenBody, validFor } from './register-device.rules.ts';

const usual: TokenChoice = { uses: 1, validFor: '1d', group: null, needsApproval: false };
const fields: Record<string, keyof TokenChoice> = { expires_at: 'validFor', needs_approval: 'needsApproval' };

type NewTokenFormProps = { project: string; onDone: (token: CreatedPairingToken) => void };

/** A pairing token: for one device within a day, unless something else is chosen. */
export function NewTokenForm({ project, onDone }: NewTokenFormProps) {
  const groups = useLabelNames(project, 'groups');
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const toBody = (choice: TokenChoice) => tokenBody(choice, Date.now());
  const { form, submit, isBusy, error } = useServerForm<TokenChoice>({
    initialValues: usual,
    schema: newPairingTokenSchema,
    toBody,
    fieldOf: (place) => fields[place] ?? place,
    send: async (choice) => {
      onDone(await post<CreatedPairingToken>(path`/${project}/pairing-tokens`, toBody(choice)));
      await queries.invalidateQueries({ queryKey: [project, 'pairing-tokens'] });
    },
  });
  return (
    <Section title="Pairing token">
      <form onSubmit={submit} noValidate>
        <Stack align="flex-start">
          <details
            style={{ width: '100%' }}
            open={isOpen || Object.keys(form.errors).length > 0}
            onToggle={(event) => setOpen(event.currentTarget.open)}
          >
            <summary style={{ cursor: 'pointer' }}>{choiceText(form.getValues())}. Change this</summary>
            <SimpleGrid cols={{ base: 1, sm: 2 }} maw={640} mt="sm">
              <NumberInput
                label="Devices that may join with it"
                description="Empty: any number"
                min={1}
                allowDecimal={false}
                {...form.getInputProps('uses')}
              />
              <NativeSelect
                label="Valid for"
                description="After that nobody joins with it any more"
                data={validFor.map(({ value, label }) => ({ value, label }))}
                {...form.getInputProps('validFor')}
              />
              <Select
                label="Group"
                description="Empty: the one that the device wishes for, or the first"
                data={groups}
                clearable
                searchable
                {...form.getInputProps('group')}
              />
              <Switch
                label="Devices need approval"
                description="No order selects them before an admin has approved them"
                mt={{ sm: 'md' }}
                {...form.getInputProps('needsApproval', { type: 'checkbox' })}
              />
            </SimpleGrid>
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
