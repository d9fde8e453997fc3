import { describe, expect, it } from 'vitest';
import { liveOutputDelayMs } from './live-output.rules.ts';

describe('the time that output of a running step waits', () => {
  it.each([
    [0, 5_000],
    [10, 5_000],
    [60, 30_000],
    [3_600, 60_000],
  ])('after %d s is %d ms', (runsForS, delayMs) => {
    expect(liveOutputDelayMs(runsForS)).toBe(delayMs);
  });
});
