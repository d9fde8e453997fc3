import { describe, expect, it } from 'vitest';
import { durationText, fineDurationText } from './time.tsx';

describe('how long something took', () => {
  it.each([
    [1.94, '1.9 s'],
    [9.96, '10 s'],
    [59.7, '1 min'],
    [7500, '2 h 5 min'],
  ])('is said finely where it was short (%d s)', (seconds, text) => {
    expect(fineDurationText(seconds)).toBe(text);
  });

  it('is said in whole seconds where that is what was asked for', () => {
    expect(durationText(90)).toBe('1 min 30 s');
  });
});
