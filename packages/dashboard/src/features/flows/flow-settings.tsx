import { Anchor, Collapse, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { FieldGrid } from './field-grid.tsx';
import { FieldInput } from './field-input.tsx';
import { useFlowEditing } from './flow-editing.tsx';
import { renameAt } from './flow-edits.rules.ts';
import { NameInput } from './name-input.tsx';
import { flowFields } from './step-fields.rules.ts';

/** Name and description of the flow; what is seldom needed is folded away. */
export function FlowSettings({ names }: { names: string[] }) {
  const { flow, faults, edit } = useFlowEditing();
  const others = flowFields.filter(({ key }) => key !== 'description');
  const given = others.filter(({ key }) => flow.value[key] !== undefined).length;
  const [isOpen, { toggle }] = useDisclosure(false);
  const description = flowFields.find(({ key }) => key === 'description');
  const nameFault = faults.find(({ place }) => place === '');
  return (
    <Stack gap="sm">
      <NameInput
        label="Name of the flow"
        isLabelShown
        name={flow.name}
        taken={names}
        error={nameFault?.message}
        onRename={(name) => edit((document) => renameAt(document, ['flows', flow.name], name))}
      />
      {description && <FieldInput field={description} place={['description']} scope="flow" />}
      <Anchor component="button" type="button" size="sm" aria-expanded={isOpen} onClick={toggle} ta="left">
        {isOpen ? 'Less' : 'More'}: time limit, reboot, rollback, devices it is for
        {given > 0 && ` (${given} set)`}
      </Anchor>
      <Collapse expanded={isOpen}>
        <Stack gap="sm">
          <FieldGrid fields={others} place={[]} scope="flow" />
        </Stack>
      </Collapse>
    </Stack>
  );
}
