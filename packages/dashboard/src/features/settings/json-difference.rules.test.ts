import { describe, expect, it } from 'vitest';
import { jsonDifference } from './json-difference.rules.ts';

describe('the difference of two values as JSON', () => {
  it('keeps the lines that both have, and says of the others where they are', () => {
    expect(jsonDifference({ role: 'viewer', projects: null }, { role: 'admin', projects: null })).toEqual([
      { in: 'both', text: '{' },
      { in: 'before', text: '  "role": "viewer",' },
      { in: 'after', text: '  "role": "admin",' },
      { in: 'both', text: '  "projects": null' },
      { in: 'both', text: '}' },
    ]);
  });

  it('minds no comma that is there only because another line follows', () => {
    const lines = jsonDifference({ name: 'a' }, { name: 'a', key: 'b' });
    expect(lines.filter((line) => line.in !== 'both')).toEqual([{ in: 'after', text: '  "key": "b"' }]);
  });

  it('is one of the two where there is only that', () => {
    expect(jsonDifference(null, { name: 'a' }).every((line) => line.in === 'after')).toBe(true);
    expect(jsonDifference('a', undefined)).toEqual([{ in: 'before', text: '"a"' }]);
    expect(jsonDifference(null, undefined)).toEqual([]);
  });

  it('compares nothing line by line that is too long for that', () => {
    const long = Array.from({ length: 3_000 }, (_, index) => index);
    expect(jsonDifference(long, long).every((line) => line.in !== 'both')).toBe(true);
  });
});
