import { describe, expect, it } from 'vitest';
import { drawFlows, freeName, usedInputs } from './drawing.rules.ts';
import { openEditor, reduceEditor } from './editor-state.rules.ts';
import { moveAt, setAt } from './flow-edits.rules.ts';
import { parseSource, readValue } from './flow-source.rules.ts';
import { copyText, inputsToDeclare, newStep, ownText } from './new-flow.rules.ts';

const draw = (text: string) => drawFlows(readValue(parseSource(text).document));
const two = `# ours
flows:
  first: { steps: [{ name: one, run: "echo \${{ inputs.a }}" }] }
  second:
    inputs: { b: { default: x } }
    steps:
      - { name: two, uses: connect/docker, with: { image: "\${{ inputs.b }}", run-options: { env: ["A=\${{ inputs.c }}"] } } }
      - { name: odd, uses: tideway/nothing }
      - 3
`;

describe('the drawing of a text', () => {
  it('has its flows with their steps by type, whatever else is wrong with them', () => {
    const [first, second] = draw(two);
    expect(first?.steps.map(({ type }) => type)).toEqual(['run']);
    expect(second?.steps.map(({ name, type }) => [name, type])).toEqual([
      ['two', 'docker'],
      ['odd', null],
      ['', null],
    ]);
  });

  it('finds the inputs that are used, wherever they stand, and says which are not declared', () => {
    const [first, second] = draw(two);
    expect([first?.inputs, first?.foundInputs]).toEqual([null, ['a']]);
    expect([second?.inputs?.map(({ name }) => name), second?.foundInputs]).toEqual([['b'], ['c']]);
    expect(usedInputs({ a: ['${{ inputs.x }} ${{inputs.y}} ${{ inputs.x }}', { b: '${{ device.id }}' }] })).toEqual([
      'x',
      'y',
    ]);
  });

  it('takes the inputs of the whole file for declared where a flow has none of its own', () => {
    const vendor = `${two.replace('    inputs: { b: { default: x } }\n', '')}on: { workflow-dispatch: { inputs: { a: {}, b: {} } } }\n`;
    expect(draw(vendor).map(({ foundInputs }) => foundInputs)).toEqual([[], ['c']]);
  });

  it.each(['', 'flows:', 'flows: 3', 'flows: []', '- a', 'flows: { a: }', 'flows: { a: { steps: {} } }'])(
    'is there for a text that is no flow: %s',
    (text) => {
      expect(draw(text).flatMap(({ steps }) => steps)).toEqual([]);
    },
  );
});

describe('the editor', () => {
  const text = 'flows:\n  a:\n    steps:\n      - { name: one, run: ls }\n      - { name: two, run: ls }\n';
  const steps = ['flows', 'a', 'steps'];

  it('keeps the last drawing while the text is no YAML, and changes nothing by it', () => {
    const broken = reduceEditor(openEditor(text), { kind: 'text', text: `${text}  [` });
    expect(broken.syntaxFaults[0]?.line).toBe(6);
    expect(broken.flows[0]?.steps).toHaveLength(2);
    const edited = reduceEditor(broken, { kind: 'edit', edit: (document) => setAt(document, ['flows'], 'x') });
    expect(edited.text).toBe(broken.text);
    expect(reduceEditor(edited, { kind: 'text', text }).syntaxFaults).toEqual([]);
  });

  it('knows a step again when it is moved or renamed', () => {
    const opened = openEditor(text);
    expect(opened.marks).toEqual(['1', '2']);
    const moved = reduceEditor(opened, { kind: 'edit', edit: (document) => moveAt(document, steps, 0, 1) });
    expect(moved.marks).toEqual(['2', '1']);
    const renamed = reduceEditor(moved, {
      kind: 'edit',
      edit: (document) => setAt(document, [...steps, 0, 'name'], 'x'),
    });
    expect([renamed.flows[0]?.steps[0]?.name, renamed.marks]).toEqual(['x', ['2', '1']]);
    const longer = text.replace('      - { name: two', '      - { name: new, run: ls }\n      - { name: two');
    expect(reduceEditor(opened, { kind: 'text', text: longer }).marks).toEqual(['1', '3', '2']);
  });

  it('shows one flow of several', () => {
    const shown = reduceEditor(openEditor(two), { kind: 'show', index: 1 });
    expect([shown.flows[shown.shown]?.name, shown.marks]).toEqual(['second', ['1', '2', '3']]);
    expect(reduceEditor(shown, { kind: 'text', text }).shown).toBe(0);
  });
});

describe('a new flow', () => {
  it('is a copy of one alone, under another name', () => {
    expect(draw(ownText(two, 'first')).map(({ name }) => name)).toEqual(['first']);
    const copy = copyText(two, 'second');
    expect(draw(copy).map(({ name }) => name)).toEqual(['second-copy']);
    expect(copy).toContain('# ours');
  });

  it('gets steps under names that are free', () => {
    const [flow] = draw('flows: { a: { steps: [{ name: Restart, uses: tideway/reboot }] } }');
    if (!flow) throw new Error('There is a flow');
    expect(newStep('reboot', 'Restart', flow)).toEqual({ name: 'Restart 2', uses: 'tideway/reboot' });
    expect(newStep('run', 'Run', flow)).toEqual({ name: 'Run', run: '' });
    expect(freeName('Restart 2', ['Restart', 'Restart 2'])).toBe('Restart 3');
  });

  it('declares all inputs that it uses when it declares the first', () => {
    const [first, second] = draw(two.replace('inputs.a }}', 'inputs.a }} ${{ inputs.z }}'));
    if (!first || !second) throw new Error('There are two flows');
    expect(inputsToDeclare(first, 'z')).toEqual(['a', 'z']);
    expect(inputsToDeclare(second, 'c')).toEqual(['c']);
  });
});
