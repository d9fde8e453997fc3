import { parse } from 'yaml';

/**
 * The names of the flows in a text, or none where it cannot be read: then the server says what is wrong with it, and
 * where.
 */
export function flowNamesIn(source: string): string[] {
  try {
    // As the server reads flows: every scalar is a text.
    const file: unknown = parse(source, { schema: 'failsafe' });
    if (!isObject(file) || !isObject(file.flows)) return [];
    return Object.keys(file.flows);
  } catch {
    return [];
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
