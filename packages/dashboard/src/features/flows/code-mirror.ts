import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** The look of YAML, in the colours of the page, light and dark. */
const look = EditorView.theme({
  '&': {
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
    fontSize: '0.8125rem',
    border: '1px solid var(--line)',
    borderRadius: '4px',
  },
  '&.cm-focused': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-dimmed)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--mantine-color-text) 5%, transparent)',
  },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--mantine-primary-color-filled) 28%, transparent)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--line)',
  },
  '.cm-diagnosticText': { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  '.cm-changedLine': { backgroundColor: 'color-mix(in srgb, var(--status-success) 14%, transparent) !important' },
  '.cm-deletedChunk': { backgroundColor: 'color-mix(in srgb, var(--status-failed) 12%, transparent)' },
  '.cm-collapsedLines': {
    background: 'color-mix(in srgb, var(--mantine-color-text) 6%, var(--mantine-color-body))',
    color: 'var(--mantine-color-dimmed)',
  },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"…"' },
});

const colours = HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), color: 'var(--mantine-color-anchor)' },
  { tag: tags.comment, color: 'var(--mantine-color-dimmed)', fontStyle: 'italic' },
  { tag: tags.string, color: 'var(--status-success)' },
  { tag: [tags.keyword, tags.labelName, tags.typeName], color: 'var(--status-aborted)' },
]);

/** What every text of a flow is shown with. */
export function yamlExtensions(label: string): Extension[] {
  return [
    lineNumbers(),
    yaml(),
    syntaxHighlighting(colours),
    look,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    EditorState.tabSize.of(2),
  ];
}

/** For a text that is only looked at; the keyboard reaches it all the same, to scroll and to copy. */
export const readOnly: Extension[] = [EditorState.readOnly.of(true), EditorView.editable.of(false)];
