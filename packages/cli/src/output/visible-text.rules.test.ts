import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paint, visibleJson, visibleLines, visibleOutput, visibleText } from './visible-text.rules.ts';

describe('a text of a device', () => {
  it('cannot clear the screen, ring, go back in its line or turn it around', () => {
    expect(visibleText('\u001b[2Jpump\u0007\r\n\t1\u009b31m\u202e')).toBe('\\x1b[2Jpump\\x07\\r\\n\\t1\\x9b31m\\u202e');
    expect(visibleLines('one\r\n\ttwo\r50 %\u001b[2J\n')).toBe('one\n\ttwo\\r50 %\\x1b[2J\n');
  });

  it('gets no more past the last door than a colour', () => {
    const text = `${paint('online', 'green')} \u001b[2J\u001b]0;title\u0007`;
    expect(visibleOutput(text)).toBe('\u001b[32monline\u001b[39m \\x1b[2J\\x1b]0;title\\x07');
  });

  it('is otherwise shown as it is', () => {
    expect(visibleText('Gewächshaus 3 – 温室 🌱')).toBe('Gewächshaus 3 – 温室 🌱');
  });

  it('is the same value in JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = visibleJson([text]);
        expect(JSON.parse(json)).toEqual([text]);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      }),
    );
  });
});
