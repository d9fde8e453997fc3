import type { z } from 'zod';

/**
 * What a schema expected, to be said after the name of the field: `must be a string`. Undefined where the schema says it
 * itself, or there is nothing better than what zod says.
 */
export function expectation(issue: z.core.$ZodRawIssue): string | undefined {
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
