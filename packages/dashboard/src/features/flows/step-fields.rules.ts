import { durationSchema, flowText, inputText, stepText, stepWithTexts } from '@tideway/protocol';
import { z } from 'zod';
import type { DrawnType } from './drawing.rules.ts';
import type { Value } from './flow-source.rules.ts';

/** How a value is shown and changed. */
export type FieldForm =
  | { kind: 'text' | 'flag' | 'count' | 'duration' | 'textList' | 'textRecord' | 'yaml' }
  | { kind: 'choice'; choices: string[] }
  | { kind: 'group'; fields: Field[] };

export type Field = { key: string; isRequired: boolean; form: FieldForm };

const yaml: FieldForm = { kind: 'yaml' };

/** The fields of an object's schema, in its order: forms are made of the very schemas that the server checks with. */
export function fieldsOf(schema: z.ZodObject): Field[] {
  return Object.entries(schema.shape).map(([key, member]) => ({
    key,
    isRequired: !(member as z.ZodType).safeParse(undefined).success,
    form: formOf(member as z.ZodType),
  }));
}

/** What `with` takes for a type of step; nothing for `run`, which has no `with`. */
export function withFieldsOf(type: DrawnType): Field[] {
  return type === 'run' ? [] : fieldsOf(stepWithTexts[type]).filter(({ key }) => key !== 'on-failure');
}

const stepFields = fieldsOf(stepText);

/** `run` and `shell`, of a step that is a command. */
export const runFields: Field[] = stepFields.filter(({ key }) => key === 'run' || key === 'shell');

/** What every step may have beside its name and what it does. */
export const commonFields: Field[] = stepFields.filter(
  ({ key }) => !['name', 'run', 'shell', 'uses', 'with'].includes(key),
);

/** What is said of the flow as a whole, beside its name, its parameters and its steps. */
export const flowFields: Field[] = fieldsOf(flowText).filter(({ key }) => key !== 'inputs' && key !== 'steps');

/** What is said of one parameter. */
export const inputFields: Field[] = fieldsOf(inputText);

/** The form of a value; one that the form cannot show, as it stands there, is shown as YAML. */
export function formFor(form: FieldForm, value: Value): FieldForm {
  return value === null || isShown(form, value) ? form : { kind: 'yaml' };
}

function isShown(form: FieldForm, value: Value): boolean {
  if (form.kind === 'textList') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (form.kind === 'textRecord') return isMap(value) && Object.values(value).every((item) => typeof item === 'string');
  if (form.kind === 'group') return isMap(value);
  if (form.kind === 'flag') return value === 'true' || value === 'false';
  if (form.kind === 'choice') return typeof value === 'string' && form.choices.includes(value);
  return typeof value === 'string' || form.kind === 'yaml';
}

function isMap(value: Value): value is { [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function formOf(schema: z.ZodType): FieldForm {
  if (schema === durationSchema) return { kind: 'duration' };
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return formOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodString) return { kind: 'text' };
  if (schema instanceof z.ZodEnum) return { kind: 'choice', choices: schema.options.map(String) };
  if (schema instanceof z.ZodPipe) return formOfPipe(schema.in as z.ZodType);
  if (schema instanceof z.ZodUnion) return formOfUnion(schema.options as readonly z.ZodType[]);
  if (schema instanceof z.ZodArray) return takesText(schema.element as z.ZodType) ? { kind: 'textList' } : yaml;
  if (schema instanceof z.ZodRecord) return takesText(schema.valueType as z.ZodType) ? { kind: 'textRecord' } : yaml;
  if (schema instanceof z.ZodObject) return { kind: 'group', fields: fieldsOf(schema) };
  return yaml;
}

/** A text that becomes something else: a flag of two words, or a number. */
function formOfPipe(written: z.ZodType): FieldForm {
  if (written instanceof z.ZodEnum) {
    const choices = written.options.map(String);
    return choices.join() === 'true,false' ? { kind: 'flag' } : { kind: 'choice', choices };
  }
  return written instanceof z.ZodString ? { kind: 'count' } : yaml;
}

function formOfUnion(options: readonly z.ZodType[]): FieldForm {
  if (options.some((option) => option === durationSchema)) return { kind: 'duration' };
  return options.some((option) => option instanceof z.ZodString) ? { kind: 'text' } : yaml;
}

/** Of a list or a map whose members may be texts or more: texts are what a form can show. */
function takesText(schema: z.ZodType): boolean {
  return formOf(schema).kind === 'text';
}
