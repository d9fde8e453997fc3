import { Box } from '@mantine/core';
import { valueAt } from './drawing.rules.ts';
import classes from './field-grid.module.css';
import { FieldInput } from './field-input.tsx';
import { isLongText, isOtherSpelling } from './field-words.ts';
import { useFlowEditing, useLeaving } from './flow-editing.tsx';
import type { Path } from './flow-source.rules.ts';
import { type Field, formFor } from './step-fields.rules.ts';

type FieldGridProps = {
  fields: Field[];
  /** Of the map that holds the fields. */
  place: Path;
  scope: string;
};

/** Fields beside each other where there is room; those of several lines alone in their row, and flags below all others. */
export function FieldGrid({ fields, place, scope }: FieldGridProps) {
  const { flow } = useFlowEditing();
  const leaving = useLeaving();
  return (
    <div className={classes.grid}>
      {flagsLast(fields).map((field) => {
        const value = valueAt(flow.value, [...place, field.key]);
        if (value === null && isOtherSpelling(field.key)) return null;
        const isShort = shortKinds.includes(formFor(field.form, value).kind) && !isLongText(scope, field.key);
        return (
          <Box key={field.key} className={isShort ? undefined : classes.wide} onBlur={leaving([...place, field.key])}>
            <FieldInput field={field} place={[...place, field.key]} scope={scope} />
          </Box>
        );
      })}
    </div>
  );
}

const shortKinds = ['text', 'count', 'duration', 'choice'];

function flagsLast(fields: Field[]): Field[] {
  const isFlag = ({ form }: Field) => form.kind === 'flag';
  return [...fields.filter((field) => !isFlag(field)), ...fields.filter(isFlag)];
}
