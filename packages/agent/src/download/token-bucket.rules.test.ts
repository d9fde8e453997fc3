import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullBucket, takeFrom } from './token-bucket.rules.ts';

describe('a limit of bandwidth', () => {
  it('lets no more pass than the rate and what the bucket holds, however the pieces come', () => {
    const pieces = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 200_000 }), idleMs: fc.nat(3000) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 10_000_000 }), pieces, (bytesPerS, coming) => {
        let bucket = fullBucket(bytesPerS, 0);
        let nowMs = 0;
        let passed = 0;
        for (const { bytes, idleMs } of coming) {
          nowMs += idleMs;
          const taken = takeFrom(bucket, bytes, bytesPerS, nowMs);
          bucket = taken.bucket;
          nowMs += taken.waitMs;
          passed += bytes;
          expect(passed).toBeLessThanOrEqual((bytesPerS * (nowMs + 251)) / 1000);
        }
      }),
    );
  });

  it('is used to the full by who always has more', () => {
    let bucket = fullBucket(1_000_000, 0);
    let nowMs = 0;
    for (let count = 0; count < 160; count += 1) {
      const taken = takeFrom(bucket, 65_536, 1_000_000, nowMs);
      bucket = taken.bucket;
      nowMs += taken.waitMs;
    }
    expect(nowMs / 1000).toBeCloseTo((160 * 65_536) / 1_000_000 - 0.25, 1);
  });
});
