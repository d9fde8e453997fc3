import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pollDelayMs, retryDelayMs } from './backoff.rules.ts';

const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('the time until the next try', () => {
  it('grows with the failures up to a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), random, (failures, chance) => {
        const delayMs = retryDelayMs(failures, null, chance);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(60_000);
      }),
    );
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((failures) => retryDelayMs(failures, null, 1) / 1000)).toEqual([
      1, 2, 4, 8, 16, 32, 60, 60,
    ]);
  });

  it('is spread over all of it, after what the server asked for', () => {
    expect([0, 0.25, 1].map((chance) => retryDelayMs(5, null, chance))).toEqual([0, 4000, 16_000]);
    expect([0, 0.25, 1].map((chance) => retryDelayMs(5, 10, chance))).toEqual([10_000, 14_000, 26_000]);
  });

  it('is never shorter than the server asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 3600 }),
        random,
        (failures, least, chance) => {
          expect(retryDelayMs(failures, least, chance)).toBeGreaterThanOrEqual(least * 1000);
        },
      ),
    );
  });
});

describe('the time until the next poll', () => {
  it('is never longer than the server said', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3600 }), random, (pollAfterS, chance) => {
        expect(pollDelayMs(pollAfterS, chance)).toBeLessThanOrEqual(pollAfterS * 1000);
      }),
    );
  });

  it('is bounded, whatever the server says', () => {
    expect(pollDelayMs(0.000_001, 1)).toBe(50);
    expect(pollDelayMs(1e9, 1)).toBe(3_600_000);
  });
});
