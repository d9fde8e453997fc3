import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

describe('a rate limit', () => {
  it('lets a burst through at once, and then one after the other', () => {
    let now = 5;
    const limit = new RateLimit({ perS: 10, burst: 3 }, 100, () => now);

    expect([limit.charge('a'), limit.charge('a'), limit.charge('a')]).toEqual([0, 0, 100]);
    expect(limit.pauseMs('b')).toBe(0);
    now += 60;
    expect(limit.pauseMs('a')).toBeCloseTo(40);
    now += 40;
    expect(limit.pauseMs('a')).toBe(0);
  });

  it('never lets more through in any time than the burst and the rate give', () => {
    const calls = fc.array(fc.record({ afterMs: fc.nat(400), key: fc.constantFrom('a', 'b') }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), calls, (perS, burst, asked) => {
        let now = 0;
        const limit = new RateLimit({ perS, burst }, 100, () => now);
        const passedAt: number[] = [];
        for (const { afterMs, key } of asked) {
          now += afterMs;
          if (limit.pauseMs(key) > 0) continue;
          limit.charge(key);
          if (key === 'a') passedAt.push(now);
        }
        for (const [first, from] of passedAt.entries()) {
          for (const [last, to] of passedAt.entries()) {
            if (last < first) continue;
            expect(last - first + 1).toBeLessThanOrEqual(burst + ((to - from) * perS) / 1000 + 0.001);
          }
        }
      }),
    );
  });

  it('lets who has paused as long as it was told do more', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 5000, noNaN: true }),
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 50 }),
        (perS, burst, counts) => {
          let now = 0;
          const limit = new RateLimit({ perS, burst }, 100, () => now);
          for (const count of counts) {
            const pauseMs = limit.charge('a', count);
            expect(pauseMs).toBeLessThan(60_001);
            now += pauseMs;
            expect(limit.pauseMs('a')).toBe(0);
          }
        },
      ),
    );
  });

  it('keeps no more keys than it has room for, and forgets the one that is idle for longest', () => {
    const limit = new RateLimit({ perS: 1, burst: 1 }, 3);
    for (const key of ['a', 'b', 'c', 'a', 'd']) limit.charge(key);

    expect(['a', 'b', 'c', 'd'].filter((key) => limit.knows(key))).toEqual(['a', 'c', 'd']);
  });

  it('of 0 a second is none', () => {
    const limit = new RateLimit({ perS: 0, burst: 1 });

    expect(limit.charge('a', 1_000_000)).toBe(0);
  });
});
