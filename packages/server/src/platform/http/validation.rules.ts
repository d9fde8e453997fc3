import { expectation, type Fault } from '@tideway/protocol';
import type { z } from 'zod';

/** A value that matched its schema, or every fault of it with the path of the field. */
export type Checked<Value> = { value: Value } | { faults: Fault[] };

/** Checks outside data against a schema. The messages name what was expected: `groups[0].name must be a string`. */
export function checkAgainst<Schema extends z.ZodType>(schema: Schema, data: unknown): Checked<z.output<Schema>> {
  const result = schema.safeParse(data, { error: expectation });
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
