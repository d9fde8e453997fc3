import { describe, expect, it } from 'vitest';
import { timeOfInput } from './local-time.rules.ts';

describe('a time that was typed', () => {
  it('is taken in the zone of who typed it', () => {
    expect(timeOfInput('2030-01-31T12:00')).toBe(new Date(2030, 0, 31, 12).toISOString());
  });

  it('is none where nothing was typed, and stays as it is where it is no time', () => {
    expect(timeOfInput('')).toBeUndefined();
    expect(timeOfInput('soon')).toBe('soon');
  });
});
