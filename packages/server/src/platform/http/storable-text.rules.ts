import { formatPath } from './validation.rules.ts';

/** What is said of a text that no database column can hold. */
export const storableExpectation =
  'must not contain NUL (\\u0000) or a broken character (a lone surrogate such as \\ud800)';

/**
 * The path of the first text in a JSON value that no database column can hold (with NUL, or with half a surrogate
 * pair), or null where all can be kept.
 */
export function findUnstorableText(value: unknown, path: readonly PropertyKey[] = []): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : formatPath(path);
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    if (!isStorable(key)) return formatPath(path);
    const found = findUnstorableText(member, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== null) return found;
  }
  return null;
}

/** Whether a text can be kept as it is. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/[\ud800-\udfff]/u.test(text);
}
