import type { FlowInput } from '@tideway/protocol';
import { RE2JS } from 're2js';

const maxValueBytes = 4096;

/** What is wrong with a value that was typed for an input, or null. The server checks the same, by the same engine. */
export function parameterFault(input: FlowInput, value: string): string | null {
  if (value === '') return input.required && input.default === null ? 'needs a value' : null;
  if (value.includes('\0')) return 'must not contain NUL';
  if (new TextEncoder().encode(value).length > maxValueBytes) return 'must have at most 4096 bytes';
  if (input.pattern !== null && !matches(input.pattern, value)) return `must match the pattern ${input.pattern}`;
  return null;
}

/** A pattern that the engine does not know holds nothing back: the server has let it in. */
function matches(pattern: string, value: string): boolean {
  try {
    return RE2JS.compile(pattern).matches(value);
  } catch {
    return true;
  }
}
