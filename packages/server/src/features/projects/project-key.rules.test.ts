import { projectKeyFrom, projectKeySchema } from '@tideway/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstFreeKey, isReservedKey } from './project-key.rules.ts';

describe('a key made from a name', () => {
  it('keeps the letters and digits', () => {
    expect(projectKeyFrom('Greenhouses North')).toBe('greenhouses-north');
    expect(projectKeyFrom('  Zürich: Linie 7! ')).toBe('zurich-linie-7');
    expect(projectKeyFrom('温室')).toBe('');
  });

  it('is always a valid key that is free, or empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 128 }), fc.array(fc.nat(5)), (name, numbers) => {
        const key = projectKeyFrom(name);
        if (key === '') return;
        const taken = new Set(numbers.map((number) => (number === 0 ? key : `${key}-${number}`)));
        const free = firstFreeKey(key, taken);
        expect(projectKeySchema.safeParse(free).success).toBe(true);
        expect(taken.has(free) || isReservedKey(free)).toBe(false);
      }),
    );
  });
});
