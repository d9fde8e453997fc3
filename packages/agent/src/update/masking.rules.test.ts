import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker, masked, secretsOfRegistry } from './masking.rules.ts';

describe('masking', () => {
  it('takes secrets out of a text', () => {
    expect(masked('login tops3cret ok', ['tops3cret'])).toBe('login *** ok');
  });

  it('takes each line of a secret of several lines out', () => {
    expect(masked('a\nkey-one\nb\nkey-two\n', ['key-one\nkey-two\n'])).toBe('a\n***\nb\n***\n');
  });

  it('masks the longer of two secrets that begin alike', () => {
    const masker = createMasker(['abc', 'abcdef']);
    expect(masker.add('abc') + masker.add('def!') + masker.end()).toBe('***!');
  });

  it('holds nothing back that cannot be a beginning of a secret', () => {
    expect(createMasker(['secret']).add('progress 10%\n')).toBe('progress 10%\n');
  });

  it('takes out what it learns of later, from then on', () => {
    const masker = createMasker(['one']);
    expect(masker.add('one two, ')).toBe('*** two, ');
    masker.hide(['two']);
    expect(masker.add('one tw') + masker.add('o') + masker.end()).toBe('*** ***');
  });

  it('takes the password of a registry out in all its forms', () => {
    const secrets = secretsOfRegistry({ url: 'https://a', username: 'me', password: 'a b/c' });
    const said = 'a b/c, https://me:a%20b%2Fc@a, Basic bWU6YSBiL2M=';
    expect(masked(said, secrets)).toBe('***, https://me:***@a, Basic ***');
    expect(secretsOfRegistry({ url: 'https://a', username: null, password: null })).toEqual([]);
  });

  it('gives the same for a text in any pieces as for the whole', () => {
    fc.assert(
      fc.property(secretLists, fc.array(texts, { maxLength: 8 }), (secrets, pieces) => {
        const masker = createMasker(secrets);
        const streamed = pieces.map((piece) => masker.add(piece)).join('') + masker.end();
        expect(streamed).toBe(masked(pieces.join(''), secrets));
      }),
      { numRuns: 2000 },
    );
  });

  it('never shows a whole secret, wherever the text is split', () => {
    fc.assert(
      fc.property(secretLists, fc.array(texts, { maxLength: 8 }), (secrets, pieces) => {
        const masker = createMasker(secrets);
        const shown = pieces.map((piece) => masker.add(piece)).join('') + masker.end();
        for (const secret of secrets) expect(shown).not.toContain(secret);
      }),
      { numRuns: 2000 },
    );
  });
});

const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
const secretLists = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 3,
});
