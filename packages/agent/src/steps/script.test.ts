import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runStepFixture } from '../testing/flow-fixtures.ts';
import { StepPlace } from '../testing/step-context.ts';
import { scriptStep } from './script.ts';
import type { StepContext, StepOf } from './step.ts';

let place: StepPlace;

beforeEach(() => {
  place = new StepPlace();
});
afterEach(() => place.remove());

describe('a script step', () => {
  it('runs an artifact with its arguments, in the root folder and with the variables of the step', async () => {
    place.addArtifact('tools/greet.sh', 'echo "$GREETING, $1 and $2, from $(pwd)"');
    await run({ arguments: ['you', 'me'] }, { environment: { PATH: process.env.PATH ?? '', GREETING: 'Hello' } });
    expect(place.output).toBe(`Hello, you and me, from ${place.root}\n`);
  });

  it.each(['sh', 'bash', 'python3'] as const)('takes arguments for text alone, in %s', async (shell) => {
    const odd = [
      "it's",
      '"x"',
      '$(touch evil)',
      '`touch evil`',
      '; touch evil',
      'a\nb',
      '../..',
      '-c',
      '--',
      '*',
      '',
      'ü 𝄞',
    ];
    const long = 'x'.repeat(4096);
    const shown = shell === 'python3' ? 'import sys\nfor a in sys.argv[1:]: print(a, end=",")' : 'printf \'%s,\' "$@"';
    place.addArtifact('tools/greet.sh', shown);
    await run({ shell, arguments: [...odd, long] });
    expect(place.output).toBe([...odd, long].map((argument) => `${argument},`).join(''));
    expect(existsSync(path.join(place.root, 'evil'))).toBe(false);
  });

  it('refuses an argument with NUL, and says with which code a script has failed', async () => {
    place.addArtifact('tools/greet.sh', 'exit 7');
    await expect(run({ arguments: ['a', 'b\0c'] })).rejects.toThrow('arguments[1] must not contain a NUL character.');
    await expect(run({})).rejects.toMatchObject({ reason: 'command_failed', exitCode: 7 });
  });
});

function run(given: Partial<StepOf<'script'>['with']>, changes: Partial<StepContext> = {}): Promise<void> {
  const { name, uses: _uses, with: _with, ...rest } = runStepFixture('Greet', '');
  const own = { artifact: 'tools/greet.sh', registry: null, sha256: null, shell: 'sh' as const, arguments: [] };
  const environment = { PATH: process.env.PATH ?? '' };
  const step = { ...rest, name, uses: 'script' as const, with: { ...own, ...given } };
  return scriptStep.run(step, place.context({ environment, ...changes }));
}
