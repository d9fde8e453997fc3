import { NativeSelect, NumberInput, Select, SimpleGrid, Switch } from '@mantine/core';
import { useLabelNames } from '../labels/label.queries.ts';
import { validities } from './token-choice.rules.ts';
import type { PairingTokenForm } from './use-pairing-token-form.ts';

type PairingTokenFieldsProps = {
  project: string;
  form: PairingTokenForm['form'];
  /** Whether the form begins with them. */
  isFocused?: boolean;
};

/** What can be chosen of a pairing token. */
export function PairingTokenFields({ project, form, isFocused = false }: PairingTokenFieldsProps) {
  const groups = useLabelNames(project, 'groups');
  return (
    <SimpleGrid type="container" cols={{ base: 1, '500px': 2 }} maw={640}>
      <NumberInput
        label="Devices that may join with it"
        description="Empty: any number"
        min={1}
        allowDecimal={false}
        allowNegative={false}
        data-autofocus={isFocused || undefined}
        {...form.getInputProps('uses')}
      />
      <NativeSelect
        label="Valid for"
        description="After that nobody joins with it any more"
        data={validities.map(({ value, label }) => ({ value, label }))}
        {...form.getInputProps('validFor')}
      />
      <Select
        label="Group"
        description="Empty: the group that the device asks for, or the project's first"
        data={groups}
        clearable
        searchable
        {...form.getInputProps('group')}
      />
      <Switch
        label="Devices need approval"
        description="They get no update before an admin has approved them"
        mt={{ sm: 'md' }}
        {...form.getInputProps('needsApproval', { type: 'checkbox' })}
      />
    </SimpleGrid>
  );
}
