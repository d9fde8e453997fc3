import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCommand } from './container-command.rules.ts';

describe('the command of a container', () => {
  it.each([
    ['serve --warm', ['serve', '--warm']],
    ['  a\t b\n c ', ['a', 'b', 'c']],
    [`sh -c 'echo "$A"; ls'`, ['sh', '-c', 'echo "$A"; ls']],
    ['say "a \\"b\\" \\$c \\d" e\\ f', ['say', 'a "b" $c \\d', 'e f']],
    [`a'b'"c"d '' ""`, ['abcd', '', '']],
    ['a && b | c > d; $(e) `f` $G *', ['a', '&&', 'b', '|', 'c', '>', 'd;', '$(e)', '`f`', '$G', '*']],
    [
      'x=${{ inputs.x }} "${{ inputs.y }} z" ${{inputs.z}}',
      ['x=${{ inputs.x }}', '${{ inputs.y }} z', '${{inputs.z}}'],
    ],
  ])('%s is split into its words, and nothing in it is expanded', (text, words) => {
    expect(splitCommand(text)).toEqual({ words });
  });

  it.each([
    ["say 'a", "has no end of what begins at 'a"],
    ['say "a \\"', 'has no end of what begins at "a'],
    ['say a\\', 'has no end of what begins at \\'],
    [' ', 'must not be empty'],
  ])('%s is refused', (text, fault) => {
    expect(splitCommand(text)).toEqual({ fault: expect.stringContaining(fault) });
  });

  it('gives back any words that are quoted as a shell would have them', () => {
    const quote = (word: string) => `'${word.replaceAll("'", `'"'"'`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (words) => {
        expect(splitCommand(words.map(quote).join(' '))).toEqual({ words });
      }),
    );
  });
});
