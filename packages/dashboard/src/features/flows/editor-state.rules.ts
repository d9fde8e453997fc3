import type { Fault } from '@tideway/protocol';
import type { Document } from 'yaml';
import { type DrawnFlow, drawFlows, renewMarks } from './drawing.rules.ts';
import { editSource, type Path, parseSource, readValue } from './flow-source.rules.ts';
import { asKnown, type OpenStep, withFieldLeft } from './open-step.rules.ts';

/** What is edited: the text is the truth, and the drawing is what could last be read of it. */
export type EditorState = {
  text: string;
  flows: DrawnFlow[];
  /** Which of the text's flows is drawn. */
  shown: number;
  /** A mark for each step of the shown flow; it goes with the step when that is moved. */
  marks: string[];
  open: OpenStep | null;
  /** Why the drawing is older than the text; empty where it is not. */
  syntaxFaults: Fault[];
};

export type EditorAction =
  | { kind: 'text'; text: string }
  | { kind: 'edit'; edit: (document: Document) => void }
  | { kind: 'show'; index: number }
  | { kind: 'open'; open: OpenStep | null }
  /** Somebody has left a field of a form. */
  | { kind: 'leave'; place: Path }
  /** Whatever is wrong is to be shown. */
  | { kind: 'tell' };

export function openEditor(text: string): EditorState {
  return withText({ text: '', flows: [], shown: 0, marks: [], open: null, syntaxFaults: [] }, text);
}

export function reduceEditor(state: EditorState, action: EditorAction): EditorState {
  switch (action.kind) {
    case 'text':
      // Beside the forms a step is no new one.
      return action.text === state.text ? state : withText({ ...state, open: asKnown(state.open) }, action.text);
    case 'edit':
      return withText(state, editSource(state.text, action.edit));
    case 'show': {
      const shown = Math.max(0, Math.min(action.index, state.flows.length - 1));
      return { ...state, shown, marks: marksFor(state.flows[shown], []), open: null };
    }
    case 'open':
      return { ...state, open: action.open };
    case 'leave': {
      const open = withFieldLeft(state.open, action.place);
      return open === state.open ? state : { ...state, open };
    }
    case 'tell':
      return { ...state, open: asKnown(state.open) };
  }
}

function withText(state: EditorState, text: string): EditorState {
  const { document, faults } = parseSource(text);
  if (faults.length > 0) return { ...state, text, syntaxFaults: faults };
  if (text.trim() === '')
    return { ...state, text, syntaxFaults: [{ path: '', line: 1, message: 'The text is empty' }] };
  const flows = drawFlows(readValue(document));
  const shown = Math.max(0, Math.min(state.shown, flows.length - 1));
  const before = (state.flows[state.shown]?.steps ?? []).map(({ name }, index) => ({
    mark: state.marks[index] ?? '',
    name,
  }));
  return { ...state, text, flows, shown, marks: marksFor(flows[shown], before), syntaxFaults: [] };
}

function marksFor(flow: DrawnFlow | undefined, before: { mark: string; name: string }[]): string[] {
  const names = flow?.steps.map(({ name }) => name) ?? [];
  let next = Math.max(0, ...before.map(({ mark }) => Number(mark) || 0));
  return renewMarks(before, names, () => {
    next += 1;
    return String(next);
  });
}
