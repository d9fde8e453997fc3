import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { rewriteShellText } from './shell-interpolation.rules.ts';

describe('a reference in a shell text', () => {
  it.each([
    ['echo ${{ inputs.x }}', 'echo "${INPUT_X}"'],
    ['echo "a ${{inputs.x}} b"', 'echo "a ${INPUT_X} b"'],
    ['echo a${{ inputs.x }}b', 'echo a"${INPUT_X}"b'],
    ['X=${{ inputs.conf-path }} run', 'X="${INPUT_CONF_PATH}" run'],
    ['cat > ${{ inputs.x }}', 'cat > "${INPUT_X}"'],
    ['cat <<EOF\n${{ inputs.x }}\nEOF', 'cat <<EOF\n${INPUT_X}\nEOF'],
    ['echo "$(echo ${{ inputs.x }})"', 'echo "$(echo "${INPUT_X}")"'],
    ['echo "${A:-${{ inputs.x }}}"', 'echo "${A:-${INPUT_X}}"'],
    ['case ${{ inputs.x }} in a) echo ${{ inputs.x }};; esac', 'case "${INPUT_X}" in a) echo "${INPUT_X}";; esac'],
    ['# about ${{ inputs.x }}\necho', '# about ${INPUT_X}\necho'],
    ['sh -c \'echo "$1"\' _ ${{ inputs.x }}', 'sh -c \'echo "$1"\' _ "${INPUT_X}"'],
    ['logger "model ${{ inputs.tag }} on ${{ device.name }}"', 'logger "model ${INPUT_TAG} on ${DEVICE_NAME}"'],
    ['sudo -u app /opt/${{ inputs.version }}/run', 'sudo -u app /opt/"${INPUT_VERSION}"/run'],
    ['for x in ${{ inputs.x }}; do echo "$x"; done', 'for x in "${INPUT_X}"; do echo "$x"; done'],
    ['printf %s ${{ inputs.x }} | sort', 'printf %s "${INPUT_X}" | sort'],
    ['[ ${{ inputs.x }} = 1 ]', '[ "${INPUT_X}" = 1 ]'],
    ['echo `echo ${{ inputs.x }}`', 'echo `echo "${INPUT_X}"`'],
    ['echo "${A#${{ inputs.x }}}"', 'echo "${A#"${INPUT_X}"}"'],
    ['systemctl restart ssh ${{ inputs.x }}', 'systemctl restart ssh "${INPUT_X}"'],
    ['awk -v v=${{ inputs.x }} "{print v}" file', 'awk -v v="${INPUT_X}" "{print v}" file'],
    ['python3 /opt/a.py -c ${{ inputs.x }}', 'python3 /opt/a.py -c "${INPUT_X}"'],
    ['echo ${{ inputs.x }} | ssh host tee file', 'echo "${INPUT_X}" | ssh host tee file'],
    ["true # it's ${{ inputs.x }}", "true # it's ${INPUT_X}"],
  ])('%s becomes %s', (script, expected) => {
    expect(rewriteShellText(script, 'bash', false)).toEqual({ script: expected });
  });

  it.each([
    ["echo '${{ inputs.x }}'", 'single quotes'],
    ["cat <<'EOF'\n${{ inputs.x }}\nEOF", 'quoted here-document'],
    ['echo \\${{ inputs.x }}', 'would not put the value in'],
    ["echo $'${{ inputs.x }}'", 'would not put the value in'],
    ['echo $((${{ inputs.x }} + 1))', 'arithmetic'],
    ['(( ${{ inputs.x }} > 1 ))', 'arithmetic'],
    ['for ((i = ${{ inputs.x }}; i < 3; i++)); do :; done', 'arithmetic'],
    ['a[${{ inputs.x }}]=1', 'arithmetic'],
    ['echo "${A:${{ inputs.x }}}"', 'arithmetic'],
    ['[[ ${{ inputs.x }} -eq 1 ]]', '[[ ]]'],
    ['eval ${{ inputs.x }}', 'eval'],
    ['command eval "echo ${{ inputs.x }}"', 'eval'],
    ['sh -c "echo ${{ inputs.x }}"', 'sh -c'],
    ['bash -euo pipefail -c "echo ${{ inputs.x }}"', 'sh -c'],
    ['sudo sh -c "echo ${{ inputs.x }}"', 'sh -c'],
    ['docker exec app sh -c "echo ${{ inputs.x }}"', 'sh -c'],
    ['find . -exec sh -c "echo ${{ inputs.x }}" \\;', 'sh -c'],
    ['su -c "echo ${{ inputs.x }}" app', 'by su'],
    ['su app -c "echo ${{ inputs.x }}"', 'by su'],
    ['runuser -u app -- sh -c "echo ${{ inputs.x }}"', 'sh -c'],
    ['runuser app --command="echo ${{ inputs.x }}"', 'by runuser'],
    ['/bin/sh -c "$(printf %s ${{ inputs.x }})"', 'sh -c'],
    ['ssh host echo ${{ inputs.x }}', 'ssh'],
    ['python3 -c "print(${{ inputs.x }})"', 'os.environ["INPUT_X"]'],
    ['awk "{print ${{ inputs.x }}}" file', 'ENVIRON["INPUT_X"]'],
    ['sed -i "s/a/${{ inputs.x }}/" file', 'sed, which can run commands'],
    ['perl -pe "s/a/${{ inputs.x }}/" file', 'perl'],
    ['"$SHELL" -c "echo ${{ inputs.x }}"', 'a shell'],
    ['sh -ce "echo ${{ inputs.x }}"', 'sh -c'],
    ['sudo -u app ssh host "${{ inputs.x }}"', 'ssh'],
    ['env -S "echo ${{ inputs.x }}"', 'env'],
    ['alias a="${{ inputs.x }}"', 'alias'],
    ['declare -i n=${{ inputs.x }}', 'name'],
    ['for ${{ inputs.x }} in a; do :; done', 'name'],
    ['!(eval ${{ inputs.x }})', 'eval'],
    ['echo +(${{ inputs.x }})', 'sh reads as commands'],
    ['echo `eval ${{ inputs.x }}`', 'eval'],
    ['echo "\\${{ inputs.x }}"', 'backslash'],
    ["echo '${{ inputs.x }}' # it's", 'single quotes'],
    ['trap "echo ${{ inputs.x }}" EXIT', 'trap'],
    ['let a=${{ inputs.x }}', 'let'],
    ['unset ${{ inputs.x }}', 'name'],
    ['printf -v ${{ inputs.x }} a', 'name'],
    ['${{ inputs.x }} --now', 'names the program'],
    ['sudo ${{ inputs.x }}', 'names the program'],
    ['sh <<EOF\necho ${{ inputs.x }}\nEOF', 'read as code'],
    ['bash -s <<< "echo ${{ inputs.x }}"', 'read as code'],
    ['bash <(echo ${{ inputs.x }})', 'read as code'],
    ['. /dev/stdin <<< "${{ inputs.x }}"', 'read as code'],
    ['{ sh; } <<EOF\n${{ inputs.x }}\nEOF', 'read as code'],
    ['echo "echo ${{ inputs.x }}" | sh', 'piped into a program that reads it as code'],
    ['echo ${{ inputs.x }} | xargs -I{} sh -c "echo {}"', 'piped into'],
    ['cat <<EOF | ssh host sudo bash -s\n${{ inputs.x }}\nEOF', 'piped into'],
    ['echo ${{ inputs.x }} | sudo bash', 'piped into'],
    ['echo "${{ inputs.x }}', 'cannot be read'],
  ])('%s is refused: %s', (script, reason) => {
    const result = rewriteShellText(script, 'bash', false);

    expect('faults' in result && result.faults[0]?.message).toContain(reason);
  });

  it('is refused with its line within the script, each of several', () => {
    const result = rewriteShellText("echo ok\necho '${{ inputs.x }}'\n\neval ${{ inputs.y }}", 'sh', false);

    expect('faults' in result && result.faults.map((fault) => fault.line)).toEqual([2, 4]);
  });

  it('is refused in python, with what to write instead', () => {
    expect(rewriteShellText('print("${{ inputs.x }}")', 'python3', false)).toMatchObject({
      faults: [{ line: 1, message: '${{ inputs.x }} would become code in python3; write os.environ["INPUT_X"]' }],
    });
  });

  it('is expanded where somebody takes the responsibility, and kept for the device where no shell expands it', () => {
    expect(rewriteShellText('sh -c "echo ${{ inputs.x }}" \'${{ inputs.y }}\'', 'sh', true)).toEqual({
      script: 'sh -c "echo ${INPUT_X}" \'${{ inputs.y }}\'',
    });
    expect(rewriteShellText('print("${{ inputs.x }}")', 'python3', true)).toEqual({
      script: 'print("${{ inputs.x }}")',
    });
  });
});

describe('a value of any characters', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tideway-shell-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const templates = [
    'printf %s ${{ inputs.x }}',
    'printf %s "${{ inputs.x }}"',
    'A=${{ inputs.x }}; printf %s "$A"',
    'printf %s "$(printf %s ${{ inputs.x }}; printf .)" | sed \'$s/.$//\'',
    'f() { printf %s "$1"; }; f ${{ inputs.x }}',
    'sh -c \'printf %s "$1"\' _ ${{ inputs.x }}',
    'case ${{ inputs.x }} in "${{ inputs.x }}") printf %s ${{ inputs.x }};; esac',
    '[ -n ${{ inputs.x }} ] && printf %s ${{ inputs.x }}',
    'printf %s "${UNSET:-${{ inputs.x }}}"',
    'A="<${{ inputs.x }}"; printf %s "${A#<}"',
    'A=${{ inputs.x }}end; [ "${A#${{ inputs.x }}}" = end ] && printf %s "${A%end}"',
    'A="`printf %s. ${{ inputs.x }}`"; printf %s "${A%.}"',
    'A=$(cat <<EOF\n${{ inputs.x }}\nEOF\n); printf %s "$A"',
  ];
  const piece = fc.constantFrom(
    '$(echo pwned)',
    '`echo pwned`',
    '; touch pwned;',
    '$(touch pwned)',
    "'\n touch pwned\n'",
    '"; touch pwned; "',
    '> pwned',
    'a[$(touch pwned)]',
    "'",
    '"',
    ';',
    '\n',
    ' ',
    '*',
    '$HOME',
    '\\',
    '&',
    '|',
    'é',
    'a',
    '-n',
    '$((1+1))',
    '~',
    '#',
    '!',
    '{a,b}',
    '%s',
  );
  const value = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => `${pieces.join('')}.`);

  it.each(['sh', 'bash'] as const)('is only ever text in %s, and nothing of it is run', (shell) => {
    fc.assert(
      fc.property(fc.constantFrom(...templates), value, (template, text) => {
        const rewritten = rewriteShellText(template, shell, false);
        if ('faults' in rewritten) throw new Error(rewritten.faults[0]?.message);
        const ran = spawnSync(shell, ['-c', rewritten.script], {
          cwd: folder,
          env: { PATH: process.env.PATH, INPUT_X: text },
          encoding: 'utf8',
        });
        expect(ran.stdout).toBe(text);
        expect(readdirSync(folder)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
