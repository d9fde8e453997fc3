import { describe, expect, it } from 'vitest';
import { type EditorState, openEditor, reduceEditor } from './editor-state.rules.ts';
import { faultsToShow } from './open-step.rules.ts';

const text = `flows:
  first:
    steps:
      - { name: one, run: "" }
      - { name: two, uses: tideway/files, with: { artifact: "", path: opt } }
      - { name: three, uses: tideway/deb, with: { packages: [""] } }
`;
const places = ['steps', 'steps[0].run', 'steps[1].with.artifact', 'steps[1].with.path', 'steps[2].with.packages[0]'];

describe('the faults of a step that was just added', () => {
  it('leave out the fields that are empty, and nobody else’s', () => {
    expect(hidden(withNew(1))).toEqual(['steps[1].with.artifact']);
    expect(hidden(withNew(2))).toEqual(['steps[2].with.packages[0]']);
    expect(hidden(openEditor(text))).toEqual([]);
  });

  it('show a field once it was left', () => {
    const elsewhere = reduceEditor(withNew(1), { kind: 'leave', place: ['steps', 0, 'run'] });
    expect(hidden(elsewhere)).toEqual(['steps[1].with.artifact']);
    const left = reduceEditor(elsewhere, { kind: 'leave', place: ['steps', 1, 'with', 'artifact'] });
    expect(hidden(left)).toEqual([]);
    expect(hidden(reduceEditor(withNew(2), { kind: 'leave', place: ['steps', 2, 'with', 'packages'] }))).toEqual([]);
  });

  it.each([
    ['saving was tried', { kind: 'tell' }],
    ['it was closed', { kind: 'open', open: null }],
    ['the text was changed beside its form', { kind: 'text', text: `${text}# so be it\n` }],
  ] as const)('leave out nothing once %s', (_, action) => {
    expect(hidden(reduceEditor(withNew(1), action))).toEqual([]);
  });
});

function withNew(index: number): EditorState {
  return reduceEditor(openEditor(text), { kind: 'open', open: { index, left: [] } });
}

function hidden({ flows: [flow], open }: EditorState): string[] {
  if (flow === undefined) throw new Error('There is no flow');
  const faults = places.map((place) => ({ place, message: 'Is wrong', line: 1 }));
  const shown = faultsToShow(faults, flow, open).map(({ place }) => place);
  return places.filter((place) => !shown.includes(place));
}
