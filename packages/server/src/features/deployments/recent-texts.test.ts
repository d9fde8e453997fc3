import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentTexts } from './recent-texts.ts';

describe('texts that were used lately', () => {
  it('are those of the last uses that have room, and no others', () => {
    const use = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), length: fc.integer({ min: 0, max: 12 }) });
    fc.assert(
      fc.property(fc.array(use, { maxLength: 40 }), (uses) => {
        const texts = new RecentTexts(20);
        let kept: { name: string; length: number }[] = [];
        for (const { name, length } of uses) {
          const known = kept.find((one) => one.name === name);
          expect(texts.get(name)?.length).toBe(known?.length);
          if (!known) texts.put(name, 'x'.repeat(length));
          kept = [...kept.filter((one) => one.name !== name), known ?? { name, length }];
          while (kept.reduce((sum, one) => sum + one.length, 0) > 20) kept.shift();
        }
      }),
    );
  });

  it('do not include one that is larger than all the room', () => {
    const texts = new RecentTexts(3);
    texts.put('small', 'abc');
    texts.put('large', 'abcd');
    expect([texts.get('small'), texts.get('large')]).toEqual([undefined, undefined]);
  });
});
