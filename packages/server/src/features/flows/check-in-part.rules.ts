import type { Fault } from '@tideway/protocol';
import type { z } from 'zod';
import { checkAgainst } from '../../platform/http/validation.rules.ts';
import { closest } from './closest-word.rules.ts';

/** What is left of a value without its faulty parts, null where that is not enough, and the faults. */
export type CheckedInPart<Value> = { value: Value | null; faults: Fault[] };

/**
 * Checks a part of a text against its schema. What is wrong is left out of the value, so that the rest can be checked
 * as well and all faults are listed at once. The paths of the faults begin with `path`.
 */
export function checkInPart<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  path: string,
  knownKeys: string[],
): CheckedInPart<z.output<Schema>> {
  const result = schema.safeParse(data);
  if (result.success) return { value: result.data, faults: [] };
  const checked = checkAgainst(schema, data);
  const faults = 'faults' in checked ? within(path, checked.faults, knownKeys) : [];
  return { value: spare(schema, data, result.error.issues), faults };
}

/** Leaves out what has issues until the rest has none: without a part that it needs, the whole around it goes as well. */
function spare<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  issues: z.core.$ZodIssue[],
): z.output<Schema> | null {
  const places = issues.flatMap(pathsOf).map((path) => existingPart(data, path));
  if (places.some((place) => place.length === 0)) return null;
  const rest = places.reduce(without, data);
  const result = schema.safeParse(rest);
  return result.success ? result.data : spare(schema, rest, result.error.issues);
}

/** Faults of a part, with paths from the whole, and a proposal for a key that is nearly right. */
function within(path: string, faults: Fault[], knownKeys: string[]): Fault[] {
  return faults.map((fault) => {
    const inner = [path, fault.path]
      .filter((part) => part !== '')
      .join('.')
      .replaceAll('.[', '[');
    const said = fault.message.slice((fault.path || 'The request').length);
    const key = fault.path.split('.').at(-1) ?? '';
    const hint = said === ' is not a known key' ? closest(key, knownKeys) : null;
    return {
      path: inner,
      message: `${inner || 'The text'}${said}${hint === null ? '' : `; did you mean ${hint}?`}`,
    };
  });
}

function pathsOf(issue: z.core.$ZodIssue): PropertyKey[][] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

/** The path as far as there are keys of objects: what can be left out. An entry of a list goes with its list. */
function existingPart(value: unknown, path: PropertyKey[]): PropertyKey[] {
  const [key, ...rest] = path;
  if (typeof key !== 'string' || !isObject(value) || !Object.hasOwn(value, key)) return [];
  return [key, ...existingPart(value[key], rest)];
}

function without(value: unknown, [key, ...rest]: PropertyKey[]): unknown {
  if (key === undefined || !isObject(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const kept = name === key ? without(member, rest) : member;
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
