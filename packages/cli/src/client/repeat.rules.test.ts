import { describe, expect, it } from 'vitest';
import { pauseBeforeNextMs } from './repeat.rules.ts';

describe('a call that came to nothing', () => {
  it.each([429, 502, 503, 504])('is made again after %d', (status) => {
    expect(pauseBeforeNextMs({ status, retryAfterS: null }, 1, 60_000)).toBe(250);
  });

  it('is made again when the server wants it, and not at all where that is too late', () => {
    expect(pauseBeforeNextMs({ status: 503, retryAfterS: 7 }, 1, 60_000)).toBe(7000);
    expect(pauseBeforeNextMs({ status: 503, retryAfterS: 7 }, 1, 6000)).toBeNull();
  });

  it('is made again more and more slowly while nobody answers', () => {
    const pauses = [1, 2, 3, 9].map((attempt) => pauseBeforeNextMs({ fault: 'ECONNREFUSED' }, attempt, 60_000));
    expect(pauses).toEqual([250, 500, 1000, 4000]);
  });

  it.each([
    { status: 200, retryAfterS: null },
    { status: 400, retryAfterS: 1 },
    { fault: 'ENOTFOUND' },
    { fault: 'CERT_HAS_EXPIRED' },
  ])('stands where another try would end like it: %o', (outcome) =>
    expect(pauseBeforeNextMs(outcome, 1, 60_000)).toBeNull(),
  );
});
