import { findReferences, stepWithTexts } from '@tideway/protocol';
import type { Path, Value } from './flow-source.rules.ts';

/** A type of step: `run`, or what stands behind `tideway/`. */
export type DrawnType = 'run' | keyof typeof stepWithTexts;

export const withTypes = Object.keys(stepWithTexts) as (keyof typeof stepWithTexts)[];
export const drawnTypes: readonly DrawnType[] = ['run', ...withTypes];

/** A step as it is drawn; `type` is null where the text names none that is known. */
export type DrawnStep = { name: string; type: DrawnType | null; value: { [key: string]: Value } };

/** A flow as it is drawn: whatever of its text can be shown, right or wrong. */
export type DrawnFlow = {
  name: string;
  value: { [key: string]: Value };
  steps: DrawnStep[];
  /** Null where the flow declares none, so that each one that is used is a required one. */
  inputs: DrawnInput[] | null;
  /** Names that steps refer to, and that are not declared. */
  foundInputs: string[];
};

export type DrawnInput = { name: string; value: { [key: string]: Value } };

/** The flows of a text. */
export function drawFlows(source: Value): DrawnFlow[] {
  const common = valueAt(source, ['on', 'workflow-dispatch', 'inputs']);
  return Object.entries(mapOf(valueAt(source, ['flows']))).map(([name, value]) => drawFlow(name, mapOf(value), common));
}

function drawFlow(name: string, value: { [key: string]: Value }, common: Value): DrawnFlow {
  const listed = value.steps ?? null;
  const own = value.inputs ?? null;
  const inputs = own === null ? null : drawInputs(own);
  const declared = inputs ?? (common === null ? [] : drawInputs(common));
  const used = usedInputs([listed, valueAt(value, ['rollback', 'run'])]);
  return {
    name,
    value,
    steps: Array.isArray(listed) ? listed.map((step) => drawStep(mapOf(step))) : [],
    inputs,
    foundInputs: used.filter((used) => !declared.some((input) => input.name === used)),
  };
}

function drawInputs(value: Value): DrawnInput[] {
  return Object.entries(mapOf(value)).map(([name, input]) => ({ name, value: mapOf(input) }));
}

function drawStep(value: { [key: string]: Value }): DrawnStep {
  return { name: textOf(value.name), type: typeOf(value), value };
}

function typeOf(value: { [key: string]: Value }): DrawnType | null {
  if (value.uses === undefined) return value.run === undefined ? null : 'run';
  const type = /^(?:tideway|connect)\/(.+)$/.exec(textOf(value.uses))?.[1];
  return withTypes.find((known) => known === type) ?? null;
}

/** Names of the inputs that texts refer to, in the order in which they first appear. */
export function usedInputs(value: Value): string[] {
  const names = textsOf(value).flatMap((text) => findReferences(text).references);
  return [...new Set(names.filter(({ scope }) => scope === 'inputs').map(({ name }) => name))];
}

function textsOf(value: Value): string[] {
  if (typeof value === 'string') return [value];
  return value === null ? [] : Object.values(value).flatMap(textsOf);
}

/** What stands at a path, null where nothing does. */
export function valueAt(value: Value, path: Path): Value {
  let found: Value = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return null;
    found = (Array.isArray(found) ? found[Number(key)] : ownMember(found, String(key))) ?? null;
  }
  return found;
}

function ownMember(map: { [key: string]: Value }, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

export function mapOf(value: Value | undefined): { [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

export function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A name that no step of the flow has yet: `Restart`, `Restart 2`. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  const base = wanted.replace(/ \d+$/, '');
  for (let number = 2; ; number += 1) {
    const name = `${base} ${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** Steps keep their mark while they are moved or renamed: what is open stays open. */
export function renewMarks(
  before: readonly { mark: string; name: string }[],
  names: readonly string[],
  newMark: () => string,
): string[] {
  const left = new Set(before.map(({ mark }) => mark));
  const marks = names.map((name) => take(before.find((step) => step.name === name && left.has(step.mark))?.mark, left));
  return marks.map((mark, index) => mark ?? take(before[index]?.mark, left) ?? newMark());
}

function take(mark: string | undefined, left: Set<string>): string | null {
  return mark !== undefined && left.delete(mark) ? mark : null;
}
