import type { ErrorCode, FlowDocument, FlowInput } from '@tideway/protocol';
import { RE2JS } from 're2js';

const maxValueBytes = 4096;

/** The values that a deployment works with: what was given, and defaults for the rest. */
export type EffectiveInputs = { values: Record<string, string>; secretNames: string[] };

export type InputRefusal = {
  code: Extract<ErrorCode, 'unknown_parameter' | 'missing_parameter' | 'invalid_parameter'>;
  name: string;
  message: string;
};

/** Checks the values of an order against the inputs that the flow declares. No message repeats a value. */
export function effectiveInputs(document: FlowDocument, given: Record<string, string>): EffectiveInputs | InputRefusal {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(document.inputs, name));
  if (unknown !== undefined) {
    const known = Object.keys(document.inputs).join(', ') || 'none';
    return {
      code: 'unknown_parameter',
      name: unknown,
      message: `The flow has no parameter ${unknown}; it has: ${known}`,
    };
  }
  const values: Record<string, string> = {};
  for (const [name, input] of Object.entries(document.inputs)) {
    const value = given[name] ?? input.default;
    if (value === null) {
      if (input.required)
        return { code: 'missing_parameter', name, message: `The flow needs a value for the parameter ${name}` };
      values[name] = '';
      continue;
    }
    const problem = valueProblem(input, value);
    if (problem !== null) return { code: 'invalid_parameter', name, message: `The parameter ${name} ${problem}` };
    values[name] = value;
  }
  const secretNames = Object.keys(document.inputs).filter((name) => document.inputs[name]?.secret);
  return { values, secretNames };
}

/** What is wrong with a value of an input, or null. */
export function valueProblem(input: FlowInput, value: string): string | null {
  if (value.includes('\0')) return 'must not contain NUL';
  if (new TextEncoder().encode(value).length > maxValueBytes) return 'must have at most 4096 bytes';
  const pattern = input.pattern === null ? null : compilePattern(input.pattern);
  if (pattern !== null && !pattern.matches(value)) return `must match the pattern ${input.pattern}`;
  return null;
}

/** The pattern for an engine of linear time; null where it is none that this engine knows. */
export function compilePattern(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null;
  }
}
