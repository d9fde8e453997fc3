import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pollDelayMs, retryDelayMs } from './backoff.rules.ts';

const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('the time until the next try', () => {
  it('grows with the failures up to a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), random, (failures, chance) => {
        const delayMs = retryDelayMs(failures, null, chance);
        expect(delayMs).toBeGreaterThanOrEqual(500);
        expect(delayMs).toBeLessThanOrEqual(60_000);
      }),
    );
    expect(retryDelayMs(5, null, 1)).toBe(16_000);
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
