import type { Fault } from '@tideway/protocol';
import type { z } from 'zod';

/** A value that matched its schema, or every fault of it with the path of the field. */
export type Checked<Value> = { value: Value } | { faults: Fault[] };

/** Checks outside data against a schema. The messages name what was expected: `groups[0].name must be a string`. */
export function checkAgainst<Schema extends z.ZodType>(schema: Schema, data: unknown): Checked<z.output<Schema>> {
  const result = schema.safeParse(data, { error: (issue) => expectation(issue) });
  if (result.success) return { value: result.data };
  const { issues } = result.error;
  return { faults: issues.filter((issue) => !isSaidNarrower(issue, issues)).flatMap(faultsOf) };
}

/** A path as callers write it: `devices_filter.filters[1].operand`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** Whether it is the bound of all whole numbers, and the same value has a narrower one. */
function isSaidNarrower(issue: z.core.$ZodIssue, issues: z.core.$ZodIssue[]): boolean {
  if ((issue.code !== 'too_big' && issue.code !== 'too_small') || issue.origin !== 'int') return false;
  const path = formatPath(issue.path);
  return issues.some((other) => other !== issue && other.code === issue.code && formatPath(other.path) === path);
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [fault(issue.path, issue.message)];
  return issue.keys.map((key) => fault([...issue.path, key], 'is not a known key'));
}

function fault(path: readonly PropertyKey[], message: string): Fault {
  const field = formatPath(path);
  return { path: field, message: `${field === '' ? 'The request' : field} ${message}` };
}

function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value')) {
    return 'is required';
  }
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article(issue.expected)}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_big':
      return `must ${bound(issue.origin)} at most ${amount(issue.maximum, issue.origin)}`;
    case 'too_small':
      return `must ${bound(issue.origin)} at least ${amount(issue.minimum, issue.origin)}`;
    case 'invalid_key':
      return issue.issues[0]?.message;
    case 'invalid_union':
      return discriminated(issue);
    default:
      return undefined;
  }
}

function discriminated(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  const options: unknown = issue.options;
  return Array.isArray(options) ? oneOf(options) : 'has none of the accepted forms';
}

function oneOf(words: readonly unknown[]): string {
  return words.length === 1 ? `must be "${String(words[0])}"` : `must be one of: ${words.map(String).join(', ')}`;
}

function article(expected: string): string {
  const names: Record<string, string> = { record: 'an object', int: 'a whole number', null: 'null' };
  return names[expected] ?? `${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected}`;
}

function bound(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'have' : 'be';
}

function amount(count: number | bigint, origin: string): string {
  const unit = { string: 'character', array: 'entry' }[origin];
  if (unit === undefined) return String(count);
  return Number(count) === 1 ? `1 ${unit}` : `${count} ${unit === 'entry' ? 'entries' : `${unit}s`}`;
}
