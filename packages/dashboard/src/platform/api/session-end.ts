import { useSyncExternalStore } from 'react';

/** Whether the server has refused the session while a page was in use: the page stays, and one signs in over it. */
let hasEnded = false;
const listeners = new Set<() => void>();

export function noteSessionEnded(): void {
  setEnded(true);
}

export function noteSignedIn(): void {
  setEnded(false);
}

export function hasSessionEnded(): boolean {
  return hasEnded;
}

export function useSessionHasEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => hasEnded,
  );
}

function setEnded(value: boolean): void {
  hasEnded = value;
  for (const listener of listeners) listener();
}

let isLeft = false;

/** Somebody else is signed in: the page of the one before is left at once, and nobody is asked whether to stay. */
export function leaveToOther(): void {
  isLeft = true;
  window.location.reload();
}

export function isLeftToOther(): boolean {
  return isLeft;
}
