import { useSyncExternalStore } from 'react';
import { followSight } from '../live/page-sight.ts';

export const tickMs = 5_000;
let now = Date.now();
const listeners = new Set<() => void>();
let stop: (() => void) | null = null;

/** The time in milliseconds, from one clock for the whole page. It stands still where it is not needed, and where the page is hidden. */
export function useClock(isNeeded: boolean): number {
  return useSyncExternalStore(isNeeded ? listen : noSubscription, () => now);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  stop ??= start();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.();
    stop = null;
  };
}

function start(): () => void {
  let ticking: ReturnType<typeof setInterval> | undefined;
  return followSight(0, {
    onShown: () => {
      tick();
      ticking = setInterval(tick, tickMs);
    },
    onHidden: () => clearInterval(ticking),
  });
}

function tick(): void {
  now = Date.now();
  for (const each of listeners) each();
}

const noSubscription = () => () => {};
