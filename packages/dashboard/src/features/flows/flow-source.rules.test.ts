import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicateAt, insertAt, moveAt, removeItemAt, renameAt, setAt } from './flow-edits.rules.ts';
import { editSource, parseSource, readValue } from './flow-source.rules.ts';
import { emptyFlow } from './new-flow.rules.ts';

const source = `# Kept in git
flows:
  # The release
  app-release:
    description: Puts a release on the device   # for people


    requires: { os: [linux], arch: [x64] }
    timeout: 2h                       # of the whole update
    steps:
      # First of all
      - name: Stop the app
        run: systemctl stop app
      - { name: Wait, run: "sleep 1" }   # a moment

      # And then
      - name: Migrate
        run: |
          set -e
          /opt/app/migrate


          echo done
        on-failure: { ignore: false }
`;
const steps = ['flows', 'app-release', 'steps'];

describe('an edit of a text of flows', () => {
  it('changes the line that it is about and no other one', () => {
    const edited = editSource(source, (document) =>
      setAt(document, [...steps, 0, 'run'], 'systemctl stop app.service'),
    );
    expect(edited).toBe(source.replace('run: systemctl stop app', 'run: systemctl stop app.service'));
  });

  it('keeps the comment of a value and its quotes', () => {
    const edited = editSource(source, (document) => setAt(document, [...steps, 1, 'run'], 'sleep 2'));
    expect(edited).toContain('run: "sleep 2" }');
    const other = editSource(source, (document) => setAt(document, ['flows', 'app-release', 'timeout'], '3h'));
    expect(other).toMatch(/timeout: 3h +# of the whole update/);
    expect(other).toContain('on the device   # for people\n\n\n    requires: { os: [linux]');
  });

  it('adds keys of a flow before its steps, and those of a step at its end', () => {
    const edited = editSource(source, (document) => {
      setAt(document, ['flows', 'app-release', 'rollback', 'run'], 'true');
      setAt(document, [...steps, 0, 'retry', 'attempts'], '3');
    });
    expect(edited).toContain(`    rollback:\n      run: true\n    steps:\n`);
    expect(edited).toContain(`        run: systemctl stop app\n        retry:\n          attempts: 3\n`);
  });

  it('moves a step with its comments', () => {
    const edited = editSource(source, (document) => moveAt(document, steps, 2, 0));
    expect(namesOf(edited)).toEqual(['Migrate', 'Stop the app', 'Wait']);
    for (const comment of edited.match(/#.*/g) ?? []) expect(source).toContain(comment);
    expect(edited.match(/#/g)).toHaveLength(7);
    expect(edited.indexOf('# And then')).toBeLessThan(edited.indexOf('name: Migrate'));
  });

  it('takes a key away, and the map that is empty without it', () => {
    const edited = editSource(source, (document) => setAt(document, [...steps, 2, 'on-failure', 'ignore'], undefined));
    expect(edited).toBe(source.replace('        on-failure: { ignore: false }\n', ''));
  });

  it('puts steps in, doubles and removes them', () => {
    const edited = editSource(source, (document) => {
      insertAt(document, steps, 3, { name: 'Last', run: 'a\nb\n' });
      duplicateAt(document, steps, 0);
      removeItemAt(document, steps, 2);
    });
    expect(namesOf(edited)).toEqual(['Stop the app', 'Stop the app', 'Migrate', 'Last']);
    expect(edited).toMatch(/- name: Last\n {8}run: \|\n {10}a\n {10}b\n$/);
  });

  it('begins a list where there is none', () => {
    for (const empty of ['flows:\n  a:\n', 'flows:\n  a: { steps: [] }\n', 'flows:\n  a:\n    steps: []\n']) {
      const edited = editSource(empty, (document) => insertAt(document, ['flows', 'a', 'steps'], 0, { name: 'x' }));
      expect(readValue(parseSource(edited).document)).toEqual({ flows: { a: { steps: [{ name: 'x' }] } } });
    }
  });

  it('writes the first step of a list as those of every flow, with a command of many lines as it was typed', () => {
    const begun = editSource(emptyFlow, (document) =>
      insertAt(document, ['flows', 'new-flow', 'steps'], 0, { name: 'Stop', run: '' }),
    );
    const edited = editSource(begun, (document) =>
      setAt(document, ['flows', 'new-flow', 'steps', 0, 'run'], 'pump stop\npump check\n'),
    );
    expect(edited).toBe(
      'flows:\n  new-flow:\n    steps:\n      - name: Stop\n        run: |\n          pump stop\n          pump check\n',
    );
  });

  it('renames a key at its place', () => {
    const edited = editSource(source, (document) => renameAt(document, ['flows', 'app-release'], 'release'));
    expect(edited).toBe(source.replace('  app-release:', '  release:'));
  });

  it('changes one place alone where an alias names it', () => {
    const shared = `flows:
  a:
    steps:
      - { name: one, run: ls, retry: &again { attempts: 3 } }
      - { name: two, run: ls, retry: *again }
`;
    const edited = editSource(shared, (document) =>
      setAt(document, ['flows', 'a', 'steps', 1, 'retry', 'delay'], '5s'),
    );
    expect(readValue(parseSource(edited).document)).toMatchObject({
      flows: { a: { steps: [{ retry: { attempts: '3' } }, { retry: { attempts: '3', delay: '5s' } }] } },
    });
  });

  it('reads aliases as what stands nearest before them', () => {
    const { document, faults } = parseSource('a: &x one\nb: *x\nc: &x two\nd: *x\n');
    expect(faults).toEqual([]);
    expect(readValue(document)).toEqual({ a: 'one', b: 'one', c: 'two', d: 'two' });
  });

  it('leaves a text alone that is no YAML', () => {
    expect(editSource('flows: [', (document) => setAt(document, ['flows'], 'x'))).toBe('flows: [');
    expect(parseSource('flows:\n  a: [').faults[0]?.line).toBe(2);
  });

  it('writes every text so that it is read as it was typed', () => {
    const typed = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'null',
        '~',
        '',
        'true',
        '1.10',
        '- a',
        '# x',
        'a: b',
        '\n',
        ' \n x\n\n',
        ' ',
        ' \n',
        '\t\n',
        '${{ inputs.x }}',
        '{',
        '|',
      ),
    );
    const place = fc.constantFrom(0, 1, 2);
    fc.assert(
      fc.property(typed, place, (text, index) => {
        const edited = editSource(source, (document) => setAt(document, [...steps, index, 'run'], text));
        const read = readValue(parseSource(edited).document) as { flows: Record<string, { steps: { run: string }[] }> };
        expect(read.flows['app-release']?.steps[index]?.run).toBe(text);
        expect(edited.match(/# (Kept|The|for|of the|First|a moment|And)/g)).toHaveLength(7);
      }),
    );
  });
});

function namesOf(text: string): string[] {
  const read = readValue(parseSource(text).document) as { flows: Record<string, { steps: { name: string }[] }> };
  return read.flows['app-release']?.steps.map(({ name }) => name) ?? [];
}

describe('a text that stands for too much', () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `  l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`)}]`,
  );
  const bomb = ['flows:', '  l0: &l0 [a, b, c, d, e, f, g, h, i]', ...levels].join('\n');

  it('is refused in the words of the server, at the line where it becomes too much', () => {
    const { faults } = parseSource(bomb);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.message).toMatch(/^flows\.l4\S* stands for too many values, with all its YAML aliases$/);
    expect(faults[0]?.line).toBe(6);
  });

  it.each([
    ['flows: &x { a: *x }', 'flows.a'],
    [`flows: ${'['.repeat(60)}${']'.repeat(60)}`, 'flows'],
  ])('is refused where it never ends: %s', (text, place) => {
    const [fault] = parseSource(text).faults;
    expect(fault).toMatchObject({ line: 1, message: expect.stringMatching(/is nested too deeply$/) });
    expect(fault?.path.startsWith(place)).toBe(true);
  });

  it('is not edited', () => {
    expect(editSource(bomb, (document) => setAt(document, ['flows', 'app'], {}))).toBe(bomb);
  });

  it('is not one that names a few values often', () => {
    const steps = Array.from({ length: 200 }, (_, index) => `      - { name: "${index}", run: ls, env: *env }`);
    const { document, faults } = parseSource(
      ['flows:', '  app:', '    steps:', '      - { name: first, run: ls, env: &env { A: b } }', ...steps].join('\n'),
    );
    expect(faults).toEqual([]);
    expect(readValue(document)).toMatchObject({ flows: { app: { steps: { length: 201 } } } });
  });
});
