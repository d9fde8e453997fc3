import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStorable } from '../../platform/http/storable-text.rules.ts';
import { namesToTry } from './device-name.rules.ts';

describe('the names that a joining device may get', () => {
  it('begin with the one that it wishes for, and then have a number behind it', () => {
    expect(namesToTry('pump', [0.5]).slice(0, 4)).toEqual(['pump', 'pump-2', 'pump-3', 'pump-4']);
  });

  it('are never longer than a name may be, and never end in half a character', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => text.repeat(130).slice(0, 128));
    fc.assert(
      fc.property(name.filter(isStorable), (wished) => {
        for (const tried of namesToTry(wished, [0, 0.999, 0.5])) {
          expect(tried.length).toBeLessThanOrEqual(128);
          expect(isStorable(tried)).toBe(true);
        }
      }),
    );
  });
});
