import { describe, expect, it } from 'vitest';
import { readAttributes } from './custom-attributes.rules.ts';

describe('attributes of the owner of a device', () => {
  it('are lines of key and value', () => {
    const text = '# where it stands\n\n site = Hall 3 \r\nserial=A=B\nempty=\n';
    expect(readAttributes(text)).toEqual({ attributes: { site: 'Hall 3', serial: 'A=B', empty: '' }, faults: [] });
  });

  it('are left out one by one where they are none', () => {
    const { attributes, faults } = readAttributes(
      ['nothing', '=x', `${'k'.repeat(65)}=x`, `long=${'v'.repeat(1025)}`, 'nul=a\0b', 'good=yes'].join('\n'),
    );
    expect(attributes).toEqual({ good: 'yes' });
    expect(faults).toEqual([
      'the line "nothing" is not key=value.',
      expect.stringContaining('must have a key'),
      expect.stringContaining('must have a key'),
      expect.stringContaining('must have a value of at most 1,024 characters'),
      expect.stringContaining('must not hold a NUL character'),
    ]);
  });

  it('are a hundred at most', () => {
    const { attributes, faults } = readAttributes(Array.from({ length: 101 }, (_, index) => `a${index}=x`).join('\n'));
    expect(Object.keys(attributes)).toHaveLength(100);
    expect(faults).toEqual(['only the first 100 attributes are taken.']);
  });
});
