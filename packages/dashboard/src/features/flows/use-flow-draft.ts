import { useEffect, useRef, useState } from 'react';
import { draftKey, dropDraft, keepDraft, readDraft } from './flow-draft.ts';

/** Keeps what is typed while it is not saved, and offers what was left by a reload. */
export function useFlowDraft(project: string, flow: string | null, text: string, isChanged: boolean) {
  const key = draftKey(project, flow);
  const [offered, setOffered] = useState(() => readDraft(key));
  const wasChanged = useRef(false);
  useEffect(() => {
    if (isChanged) keepDraft(key, text);
    // What a reload has left stays until somebody begins to type.
    else if (wasChanged.current) dropDraft(key);
    wasChanged.current ||= isChanged;
  }, [key, text, isChanged]);
  return {
    offered: offered === text ? null : offered,
    /** Nothing of it is wanted any more. */
    decline: () => {
      setOffered(null);
      if (!isChanged) dropDraft(key);
    },
    accept: () => setOffered(null),
    drop: () => dropDraft(key),
  };
}
