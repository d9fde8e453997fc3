import { useEffect, useRef, useSyncExternalStore } from 'react';
import { get } from '../api/call.ts';
import { Refused } from '../api/refused.ts';
import { hasSessionEnded } from '../api/session-end.ts';

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
const eventNames = ['counts', 'update', 'resync', 'devices'];

/**
 * Follows the events of a thing below `/api/v2` while the page is there, and hands over what came, some at a time. After a
 * break it comes back by itself, and a `resync` says that more has happened than was told.
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
  let wasLost = false;
  let isOver = false;

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
    if (!wasLost) setState('connecting');
    const opened = new EventSource(`/api/v2${thing}/events`);
    source = opened;
    opened.onopen = () => {
      setState('live');
      if (wasLost) take({ name: 'resync', data: { deployment_id: null } });
      wasLost = false;
    };
    opened.onerror = () => {
      // The browser would come back too, but not where the server refuses, as it does while it starts.
      opened.close();
      wasLost = true;
      // What was never there is not lost: that is found out first.
      if (state === 'live') setState('lost');
      retry = setTimeout(open, retryMs);
      void isGone(thing).then((gone) => {
        if (isOver || source !== opened) return;
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
  open();
  return () => {
    isOver = true;
    clearTimeout(retry);
    clearTimeout(flush);
    source?.close();
    setState('off');
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
