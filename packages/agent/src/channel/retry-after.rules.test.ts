import { describe, expect, it } from 'vitest';
import { retryAfterS } from './retry-after.rules.ts';

const now = 'Sat, 28 Nov 2026 11:00:00 GMT';
const nowMs = Date.parse(now);

describe('what a server asks for with Retry-After', () => {
  it.each([
    ['0', 0],
    ['7', 7],
    [' 120 ', 120],
    ['0.5', 0.5],
    ['99999999999999999999', 3600],
    ['Sat, 28 Nov 2026 11:02:00 GMT', 120],
    ['Saturday, 28-Nov-26 11:02:00 GMT', 120],
    ['Sat Nov 28 11:02:00 2026 GMT', 120],
    ['Sat, 28 Nov 2026 10:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 3600],
    ['-5', null],
    ['', null],
    ['soon', null],
    ['1e9', null],
    ['2026-11-28', null],
  ])('is read in both forms: %s', (value, seconds) => expect(retryAfterS(value, now, nowMs)).toBe(seconds));

  it('is taken by the clock of the server, and by that of the device where the answer has no date', () => {
    const value = 'Sat, 28 Nov 2026 11:02:00 GMT';
    expect(retryAfterS(value, now, 0)).toBe(120);
    expect(retryAfterS(value, null, nowMs)).toBe(120);
    expect(retryAfterS(value, 'nonsense', nowMs)).toBe(120);
  });

  it('is nothing where the answer has none', () => expect(retryAfterS(null, now, nowMs)).toBeNull());
});
