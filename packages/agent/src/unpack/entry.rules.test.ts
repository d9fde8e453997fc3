import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkFault, placeOf } from './entry.rules.ts';

describe('the name of an entry', () => {
  it('leads to a place below the folder', () => {
    expect(placeOf('./bin//app')).toEqual({ place: 'bin/app' });
    expect(placeOf('./')).toEqual({ place: '' });
    expect(placeOf('a..b/..c')).toEqual({ place: 'a..b/..c' });
  });

  it.each(['', '/etc/passwd', '..', '../x', 'a/../../x', 'a/..', 'a\0b', 'x'.repeat(256)])(
    'is refused as %j',
    (name) => {
      expect(placeOf(name)).toHaveProperty('fault');
    },
  );
});

describe('a symbolic link of an archive', () => {
  it.each([
    ['current', 'releases/1'],
    ['lib/a/x', '../../bin/x'],
    ['a', '.'],
    ['a/b', '..'],
  ])('may be at %s and lead to %s', (place, target) => expect(linkFault(place, target)).toBeNull());

  it.each([
    ['x', '/etc/shadow'],
    ['x', '..'],
    ['a/x', '../../out'],
    ['x', 'a/../..'],
    ['x', ''],
    ['x', 'a\0b'],
  ])('is refused at %s with the target %s', (place, target) => expect(linkFault(place, target)).not.toBeNull());

  it('stays inside together with all others that are allowed', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const place = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const target = fc
      .array(fc.constantFrom('a', 'b', 'c', '..', '.'), { maxLength: 5 })
      .map((parts) => parts.join('/'));
    const links = fc.array(fc.tuple(place, target), { maxLength: 6 });
    fc.assert(
      fc.property(links, fc.array(name, { maxLength: 6 }), (all, walk) => {
        const allowed = new Map(all.filter(([at, to]) => linkFault(at, to) === null));
        expect(leavesBy(allowed, walk)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Walks as an operating system does, and says whether the walk came above the folder. */
function leavesBy(links: Map<string, string>, walk: string[]): boolean {
  const pending = [...walk].reverse();
  const at: string[] = [];
  for (let steps = 0; steps < 200; steps++) {
    const part = pending.pop();
    if (part === undefined) return false;
    if (part === '.' || part === '') continue;
    if (part === '..') {
      if (at.length === 0) return true;
      at.pop();
      continue;
    }
    const target = links.get([...at, part].join('/'));
    if (target === undefined) at.push(part);
    else pending.push(...target.split('/').reverse());
  }
  return false;
}
