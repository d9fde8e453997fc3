import { describe, expect, it } from 'vitest';
import { liveOutputDelayMs } from './live-output.rules.ts';

describe('the time that output of a running step waits', () => {
  it.each([
    [0, 1_000],
    [20, 1_000],
    [100, 5_000],
    [3_600, 10_000],
  ])('after %d s is %d ms', (runsForS, delayMs) => {
    expect(liveOutputDelayMs(runsForS)).toBe(delayMs);
  });
});
