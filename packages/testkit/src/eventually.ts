import { vi } from 'vitest';

/**
 * Waits until `check` no longer throws, gives what it gives, and fails with what it threw last. Its patience is for what
 * never comes, and not a speed that is promised: vitest's own is one second, which a busy machine needs for less.
 */
export async function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: 60_000 });
}
