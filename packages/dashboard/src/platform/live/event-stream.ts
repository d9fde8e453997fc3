import { useEffect, useRef, useSyncExternalStore } from 'react';
import { get } from '../api/call.ts';
import { Refused } from '../api/refused.ts';
import { hasSessionEnded } from '../api/session-end.ts';
import { followSight } from './page-sight.ts';

/** Where the page stands with the server's stream of events; `gone`: there is nothing to follow. */
export type LiveState = 'off' | 'connecting' | 'live' | 'lost' | 'gone';

export type LiveEvent = { name: string; data: unknown };

let state: LiveState = 'off';
const listeners = new Set<() => void>();

/** Whether what the page shows is live; shown by the shell. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Events that came within so long are handled together: a page is drawn four times a second, and not at each of them. */
const gatherMs = 250;
const retryMs = 3_000;
const goneRetryMs = 30_000;
/** A browser has six connections to a server without TLS, for all its tabs: one that nobody looks at leaves its own. */
const hiddenGraceMs = 15_000;
const eventNames = ['counts', 'update', 'resync', 'devices'];

/**
 * Follows the events of a thing below `/api/v2` while the page is in sight, and hands over what came, some at a time. After
 * a break, and when the page comes back into sight, it goes on by itself, and a `resync` says that more has happened than
 * was told.
 */
export function useEventStream(thing: string, onEvents: (events: LiveEvent[]) => void): void {
  const handle = useRef(onEvents);
  handle.current = onEvents;
  useEffect(() => follow(thing, (events) => handle.current(events)), [thing]);
}

function follow(thing: string, onEvents: (events: LiveEvent[]) => void): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let flush: ReturnType<typeof setTimeout> | undefined;
  let gathered: LiveEvent[] = [];
  // What a page shows that was loaded out of sight may be old when it is first seen.
  let hasMissed = document.visibilityState === 'hidden';

  const take = (event: LiveEvent) => {
    gathered.push(event);
    flush ??= setTimeout(() => {
      flush = undefined;
      const events = gathered;
      gathered = [];
      onEvents(events);
    }, gatherMs);
  };
  const open = () => {
    if (state === 'off') setState('connecting');
    const opened = new EventSource(`/api/v2${thing}/events`);
    source = opened;
    opened.onopen = () => {
      setState('live');
      if (hasMissed) take({ name: 'resync', data: { deployment_id: null } });
      hasMissed = false;
    };
    opened.onerror = () => {
      // The browser would come back too, but not where the server refuses, as it does while it starts.
      opened.close();
      hasMissed = true;
      // What was never there is not lost: that is found out first.
      if (state === 'live') setState('lost');
      retry = setTimeout(open, retryMs);
      void isGone(thing).then((gone) => {
        if (source !== opened) return;
        setState(gone ? 'gone' : 'lost');
        if (!gone) return;
        clearTimeout(retry);
        retry = setTimeout(open, goneRetryMs);
      });
    };
    for (const name of eventNames) {
      opened.addEventListener(name, ({ data }: MessageEvent<string>) => take({ name, data: JSON.parse(data) }));
    }
  };
  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
    hasMissed = true;
    setState('off');
  };
  const unfollow = followSight(hiddenGraceMs, { onShown: open, onHidden: close });
  return () => {
    unfollow();
    clearTimeout(flush);
  };
}

/**
 * A browser does not say why a stream was refused: the thing itself is asked for. Where it is the session that has ended,
 * that call notes it, and the page asks for a new one.
 */
async function isGone(thing: string): Promise<boolean> {
  if (hasSessionEnded()) return false;
  try {
    await get(thing);
    return false;
  } catch (error) {
    return error instanceof Refused && error.status === 404;
  }
}

function setState(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}
