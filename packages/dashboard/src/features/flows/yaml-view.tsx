import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { readOnly, yamlExtensions } from './code-mirror.ts';

/** The text of a flow to look at; with `before`, what has changed since. */
export function YamlView({ text, before, label }: { text: string; before?: string; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return;
    const difference =
      before === undefined
        ? []
        : unifiedMergeView({
            original: before,
            mergeControls: false,
            gutter: true,
            highlightChanges: true,
            collapseUnchanged: { margin: 4, minSize: 8 },
          });
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: text, extensions: [yamlExtensions(label), readOnly, difference] }),
    });
    return () => view.destroy();
  }, [text, before, label]);
  return <div ref={place} style={{ minWidth: 0 }} />;
}
