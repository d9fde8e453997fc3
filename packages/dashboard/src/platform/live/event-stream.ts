import { useEffect, useRef, useSyncExternalStore } from 'react';

/** Where the page stands with the server's stream of events. */
export type LiveState = 'off' | 'connecting' | 'live' | 'lost';

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
const eventNames = ['counts', 'update', 'resync', 'devices'];

/**
 * Follows a stream below `/api/v2` while the page is there, and hands over what came, some at a time. After a break it
 * comes back by itself, and a `resync` says that more has happened than was told. A browser does not say why a stream was
 * refused: `onLost` is told of each try that failed.
 */
export function useEventStream(path: string, onEvents: (events: LiveEvent[]) => void, onLost: () => void): void {
  const handle = useRef({ onEvents, onLost });
  handle.current = { onEvents, onLost };
  useEffect(
    () =>
      follow(
        path,
        (events) => handle.current.onEvents(events),
        () => handle.current.onLost(),
      ),
    [path],
  );
}

function follow(path: string, onEvents: (events: LiveEvent[]) => void, onLost: () => void): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let flush: ReturnType<typeof setTimeout> | undefined;
  let gathered: LiveEvent[] = [];
  let wasLost = false;

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
    source = new EventSource(`/api/v2${path}`);
    source.onopen = () => {
      setState('live');
      if (wasLost) take({ name: 'resync', data: { deployment_id: null } });
      wasLost = false;
    };
    source.onerror = () => {
      // The browser would come back too, but not where the server refuses, as it does while it starts.
      source?.close();
      wasLost = true;
      setState('lost');
      onLost();
      retry = setTimeout(open, retryMs);
    };
    for (const name of eventNames) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => take({ name, data: JSON.parse(data) }));
    }
  };
  open();
  return () => {
    clearTimeout(retry);
    clearTimeout(flush);
    source?.close();
    setState('off');
  };
}

function setState(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}
