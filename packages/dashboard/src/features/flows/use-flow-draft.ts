import { useEffect, useRef, useState } from 'react';
import { draftPlace, forgetDraft, keepDraft, readDraft } from '../../platform/forms/kept-draft.ts';
import { useSession } from '../session/session.queries.ts';

/** Keeps what is typed while it is not saved, and offers what was left by a reload. */
export function useFlowDraft(project: string, flow: string | null, text: string, isChanged: boolean) {
  const { user } = useSession();
  const place = draftPlace('flow', user.id, project, flow ?? 'new');
  const [offered, setOffered] = useState(() => readDraft(place));
  const wasChanged = useRef(false);
  useEffect(() => {
    if (isChanged) keepDraft(place, text);
    // What a reload has left stays until somebody begins to type.
    else if (wasChanged.current) forgetDraft(place);
    wasChanged.current ||= isChanged;
  }, [place, text, isChanged]);
  return {
    offered: offered === text ? null : offered,
    /** Nothing of it is wanted any more. */
    decline: () => {
      setOffered(null);
      if (!isChanged) forgetDraft(place);
    },
    accept: () => setOffered(null),
    drop: () => forgetDraft(place),
  };
}
