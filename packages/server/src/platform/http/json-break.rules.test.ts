import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonBreak } from './json-break.rules.ts';

describe('the place where a text stops being JSON', () => {
  it.each([
    ['{"a": x}', 1, 7],
    ["{'a': 1}", 1, 2],
    ['{"a": 1,}', 1, 9],
    ['{"a": 1 "b": 2}', 1, 9],
    ['{"a" 1}', 1, 6],
    ['{"a": [1, 2}', 1, 12],
    ['[1, 2,, 3]', 1, 7],
    ['{\n  "a": "one\n two"\n}', 2, 8],
    ['{\n  "a": "\\x"\n}', 2, 8],
    ['{"a": 01}', 1, 7],
    ['{"a": truth}', 1, 7],
    ['{"a": {', 1, 8],
    ['{} {}', 1, 4],
    ['{"a": "', 1, 7],
  ])('is found in %j', (text, line, column) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(findJsonBreak(text)).toEqual({ line, column });
  });

  it('is behind everything that is JSON, and never behind what the parser complains of', () => {
    const spoiled = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('x', ',', '"', '}', ']', ':', '\\', '\0', '-', '1', ''))
      .map(
        ([text, at, wrong]) => text.slice(0, at % (text.length + 1)) + wrong + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(spoiled, (text) => {
        const said = complaintOf(text);
        if (said === null) return;
        const { line, column } = findJsonBreak(text);
        const position = Number(/at position (\d+)/.exec(said)?.[1] ?? text.length);
        expect(line).toBe(1);
        expect(column - 1).toBeLessThanOrEqual(position);
        expect(complaintOf(text.slice(0, column - 1)) ?? '').not.toMatch(/Unexpected token/);
      }),
    );
  });
});

function complaintOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
