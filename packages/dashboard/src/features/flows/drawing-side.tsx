import { Alert, Stack, Text } from '@mantine/core';
import type { Fault } from '@tideway/protocol';
import { useMemo } from 'react';
import type { Document } from 'yaml';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import type { DrawnFlow } from './drawing.rules.ts';
import type { PlacedFault } from './fault-place.rules.ts';
import { FlowEditingProvider } from './flow-editing.tsx';
import classes from './flow-editor.module.css';
import { FlowSettings } from './flow-settings.tsx';
import type { Path } from './flow-source.rules.ts';
import { InputsForm } from './inputs-form.tsx';
import type { OpenStep } from './open-step.rules.ts';
import { StepList } from './step-list.tsx';

type DrawingSideProps = {
  flow: DrawnFlow | undefined;
  names: string[];
  marks: string[];
  faults: readonly PlacedFault[];
  /** Why the drawing is older than the text. */
  staleFault: Fault | null;
  open: OpenStep | null;
  onOpen: (open: OpenStep | null) => void;
  edit: (edit: (document: Document) => void) => void;
  leave: (place: Path) => void;
};

/** The flow as a drawing with its forms. */
export function DrawingSide(props: DrawingSideProps) {
  const { flow, names, marks, faults, staleFault, open, onOpen, edit, leave } = props;
  const isStale = staleFault !== null;
  const editing = useMemo(
    () => (flow === undefined ? null : { flow, faults, isStale, edit, leave }),
    [flow, faults, isStale, edit, leave],
  );
  return (
    <Stack>
      {isStale && (
        <Alert color="yellow" variant="light" title="The drawing is older than the text">
          <Text size="sm">
            Line {staleFault.line ?? 1} of the text cannot be read: {staleFault.message}
          </Text>
        </Alert>
      )}
      {editing === null ? (
        <EmptyNote title="The text holds no flow">
          It begins with <code>flows:</code>, and below it the name of a flow.
        </EmptyNote>
      ) : (
        <FlowEditingProvider value={editing}>
          <fieldset disabled={isStale} className={`${classes.drawing} ${isStale ? classes.stale : ''}`}>
            <Stack>
              <Section title="Flow">
                <FlowSettings key={names.indexOf(editing.flow.name)} names={names} />
              </Section>
              <Section title="Steps">
                <StepList marks={marks} open={open} onOpen={onOpen} />
              </Section>
              <Section title="Parameters">
                <InputsForm />
              </Section>
            </Stack>
          </fieldset>
        </FlowEditingProvider>
      )}
    </Stack>
  );
}
