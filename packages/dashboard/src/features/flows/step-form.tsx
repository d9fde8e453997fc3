import { Alert, Anchor, Collapse, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { DrawnStep } from './drawing.rules.ts';
import { faultOfStepText, faultsBeside, placeText } from './fault-place.rules.ts';
import { FieldGrid } from './field-grid.tsx';
import { useEditedField, useFlowEditing } from './flow-editing.tsx';
import { commonFields, type Field, runFields, withFieldsOf } from './step-fields.rules.ts';
import { StepNameInput } from './step-name-input.tsx';
import { stepWords } from './step-words.ts';
import { YamlInput } from './yaml-input.tsx';

/** Everything that can be said of a step. What is seldom needed is folded away. */
export function StepForm({ step, index, isNew }: { step: DrawnStep; index: number; isNew: boolean }) {
  const place = ['steps', index];
  const scope = step.type ?? '';
  const isRun = step.type === 'run';
  const own: Field[] = step.type === null ? [] : isRun ? runFields : withFieldsOf(step.type);
  const ownPlace = isRun ? place : [...place, 'with'];
  const withFailure = useEditedField([...place, 'with', 'on-failure']);
  const common = commonFields.filter(({ key }) => isMeant(key, step));
  const given = common.filter(({ key }) => step.value[key] !== undefined).length;
  const [isMoreOpen, more] = useDisclosure(given > 0);
  return (
    <Stack gap="sm">
      {step.type !== null && (
        <Text size="sm" c="dimmed">
          {stepWords[step.type].purpose}.
        </Text>
      )}
      <FaultsOfStep
        index={index}
        shown={[
          placeText([...place, 'name']),
          ...own.map(({ key }) => placeText([...ownPlace, key])),
          ...common.map(({ key }) => placeText([...place, key])),
        ]}
      />
      <StepNameInput index={index} isNew={isNew} />
      {step.type === null && (
        <>
          <Text size="sm">
            There is no form for a step that has neither a command nor a known type. Mend it here or in the text.
          </Text>
          <YamlInput place={place} label="Step" />
        </>
      )}
      <FieldGrid fields={own} place={ownPlace} scope={scope} />
      {withFailure.value !== null && <YamlInput place={[...place, 'with', 'on-failure']} label="When it fails" />}
      <Anchor component="button" type="button" size="sm" aria-expanded={isMoreOpen} onClick={more.toggle} ta="left">
        {isMoreOpen ? 'Less' : 'More'}: time limit, retry, environment, what happens when it fails
        {given > 0 && ` (${given} set)`}
      </Anchor>
      <Collapse expanded={isMoreOpen}>
        <Stack gap="sm">
          <FieldGrid fields={common} place={place} scope={scope} />
        </Stack>
      </Collapse>
    </Stack>
  );
}

/** A key without a meaning for the step is not offered, unless it stands there. */
function isMeant(key: string, { type, value }: DrawnStep): boolean {
  if (value[key] !== undefined) return true;
  return key !== 'unsafe-interpolation' || type === 'run' || type === 'check' || type === 'docker';
}

/** What is wrong with the step and is at none of its fields, as a key that there is not. */
function FaultsOfStep({ index, shown }: { index: number; shown: string[] }) {
  const { faults } = useFlowEditing();
  const beside = faultsBeside(faults, placeText(['steps', index]), shown);
  if (beside.length === 0) return null;
  return (
    <Alert color="red" variant="light">
      {beside.map(faultOfStepText).map((text) => (
        <Text key={text} size="sm" c="var(--mantine-color-text)" style={{ overflowWrap: 'anywhere' }}>
          {text}
        </Text>
      ))}
    </Alert>
  );
}
