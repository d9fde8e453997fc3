import { defaultKeymap, history, historyKeymap, redo, redoDepth, undo, undoDepth } from '@codemirror/commands';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap } from '@codemirror/view';
import type { Fault } from '@tideway/protocol';
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import { yamlExtensions } from './code-mirror.ts';

export type CodeEditorHandle = {
  undo: () => void;
  redo: () => void;
  /** Puts the cursor at a line, from 1. */
  goTo: (line: number) => void;
};

/** Whether there is something to undo, or to redo. */
export type CodeHistory = { canUndo: boolean; canRedo: boolean };

type CodeEditorProps = {
  text: string;
  onChange: (text: string) => void;
  /** Told after each change. */
  onHistory: (history: CodeHistory) => void;
  errors: Fault[];
  warnings: Fault[];
  label: string;
  handle: Ref<CodeEditorHandle>;
};

/** The text, with what is wrong at its lines. What forms change is one step of the same undoing. */
export function CodeEditor({ text, onChange, onHistory, errors, warnings, label, handle }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const told = useRef({ onChange, onHistory });
  told.current = { onChange, onHistory };
  const first = useRef(text);

  useLayoutEffect(() => {
    if (place.current === null) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          yamlExtensions(label),
          EditorView.theme({ '&': { height: '100%' } }),
          history(),
          lintGutter(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          // Tab leaves the text, so that the keyboard gets out of it.
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            told.current.onChange(update.state.doc.toString());
            told.current.onHistory({ canUndo: undoDepth(update.state) > 0, canRedo: redoDepth(update.state) > 0 });
          }),
        ],
      }),
    });
    editor.current = view;
    return () => view.destroy();
  }, [label]);

  // Before anything else is typed: the text of the page and that of the editor are one.
  useLayoutEffect(() => {
    const view = editor.current;
    if (view !== null) replaceText(view, text);
  }, [text]);

  useEffect(() => {
    const view = editor.current;
    if (view === null) return;
    const found = [...diagnosticsOf(view, errors, 'error'), ...diagnosticsOf(view, warnings, 'warning')];
    view.dispatch(setDiagnostics(view.state, found));
  }, [errors, warnings]);

  useImperativeHandle(handle, () => ({
    undo: () => editor.current && undo(editor.current),
    redo: () => editor.current && redo(editor.current),
    goTo: (line) => {
      const view = editor.current;
      if (view === null) return;
      const { from } = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      view.focus();
    },
  }));

  return <div ref={place} style={{ minWidth: 0, minHeight: 0, flex: 1 }} />;
}

/** Changes what differs alone, so that the cursor stays where it is. */
function replaceText(view: EditorView, text: string): void {
  const before = view.state.doc.toString();
  if (before === text) return;
  const most = Math.min(before.length, text.length);
  let from = 0;
  while (from < most && before[from] === text[from]) from += 1;
  let end = 0;
  while (end < most - from && before.at(-1 - end) === text.at(-1 - end)) end += 1;
  view.dispatch({ changes: { from, to: before.length - end, insert: text.slice(from, text.length - end) } });
}

function diagnosticsOf(view: EditorView, faults: Fault[], severity: 'error' | 'warning'): Diagnostic[] {
  return faults.map(({ line = 1, message }) => {
    const { from, to, text } = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
    return { from: from + (text.length - text.trimStart().length), to, severity, message };
  });
}
