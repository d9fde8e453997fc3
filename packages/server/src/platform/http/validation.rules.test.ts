import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkAgainst } from './validation.rules.ts';

describe('what is said of a value that does not match', () => {
  const count = z.number().int().min(1).max(1000);

  it.each([
    ['a number over two bounds', count, 1e99, ['The request must be at most 1000']],
    ['a number under two bounds', count, -1e99, ['The request must be at least 1']],
    ['a number over the bound of whole numbers', z.int(), 1e99, ['The request must be at most 9007199254740991']],
    ['a fraction', count, 1.5, ['The request must be a whole number']],
    ['the only word that fits', z.enum(['is']), 'was', ['The request must be "is"']],
    ['one of several words', z.enum(['is', 'is_not']), 'was', ['The request must be one of: is, is_not']],
    ['an empty text', z.string().min(1), '', ['The request must have at least 1 character']],
    ['a long text', z.string().max(2), 'long', ['The request must have at most 2 characters']],
    ['an empty list', z.array(z.string()).min(1), [], ['The request must have at least 1 entry']],
    ['a long list', z.array(z.string()).max(2), ['', '', ''], ['The request must have at most 2 entries']],
    [
      'a key that is none',
      z.record(z.string().regex(/^[a-z]+$/, 'must be small letters'), z.string()),
      { B: 'c' },
      ['B must be small letters'],
    ],
  ])('is plain: %s', (_name, schema, value, messages) => {
    const checked = checkAgainst(schema, value);

    expect('faults' in checked && checked.faults.map(({ message }) => message)).toEqual(messages);
  });
});
