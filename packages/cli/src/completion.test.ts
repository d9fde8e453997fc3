import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CommandLine } from './testing/command-line.ts';

const user = new CommandLine();

afterAll(() => user.end());

describe('tideway completion', () => {
  it.each([
    [['dep'], ['deploy', 'deployments']],
    [
      ['deployments', 're'],
      ['resume', 'retry'],
    ],
    [
      ['deployments', 'retry', 'dp-4k2m-7xq1', '--wait-'],
      ['--wait-for', '--wait-timeout'],
    ],
    [['flows', 'push', 'flow.yaml', '--pro'], ['--project']],
    [['flows', 'push', './somewhere'], []],
  ])('completes in bash what begins with: %j', async (words, expected) => {
    const file = join(user.home, 'completion.bash');
    writeFileSync(file, (await user.run(['completion', 'bash'])).out);
    execFileSync('bash', ['-n', file]);
    const typed = ['tideway', ...words].map((word) => `'${word}'`).join(' ');
    const ask = `source '${file}'; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _tideway; echo "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', ask], { encoding: 'utf8' }).trim().split(' ').filter(Boolean)).toEqual(expected);
  });

  it.each([
    ['zsh', '#compdef tideway\n', "('tideway deployments') offered=(list show "],
    ['fish', 'function __tideway_words\n', "case 'tideway deployments'\n      printf '%s\\n' list show "],
  ])('has a script for %s', async (shell, begin, part) => {
    const { code, out } = await user.run(['completion', shell]);
    expect(code).toBe(0);
    expect(out.startsWith(begin)).toBe(true);
    expect(out).toContain(part);
  });

  it('is refused for another shell', async () => {
    expect(await user.run(['completion', 'csh'])).toMatchObject({
      code: 2,
      said: expect.stringContaining('bash, zsh, fish'),
    });
  });
});
