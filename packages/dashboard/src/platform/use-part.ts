import { useCallback, useEffect, useState } from 'react';
import { loadPart } from './load-part.ts';

const firstRetryMs = 3_000;
const lastRetryMs = 30_000;

type Loading<Part> = {
  /** Null until it is there. */
  part: Part | null;
  /** Why it has not come yet; null where it is on its way for the first time, or there. */
  error: unknown;
  tries: number;
};

export type LoadedPart<Part> = Pick<Loading<Part>, 'part' | 'error'> & { retry: () => void };

/**
 * A part of a page that is loaded in `afterMs`, unless that is null, and asked for again until it comes: what else the page
 * shows does not wait for it. `load` has to be the same function each time.
 */
export function usePart<Part>(load: () => Promise<Part>, afterMs: number | null): LoadedPart<Part> {
  const [{ part, error, tries }, setLoading] = useState<Loading<Part>>({ part: null, error: null, tries: 0 });
  const isLoaded = part !== null;
  useEffect(() => {
    if (isLoaded || afterMs === null) return;
    let isWanted = true;
    const settle = (next: Loading<Part>) => isWanted && setLoading(next);
    const timer = setTimeout(
      () =>
        loadPart(load).then(
          (loaded) => settle({ part: loaded, error: null, tries }),
          (fault: unknown) => {
            // What is shown of it is a sentence; what a programmer needs is more. It is no error of the page: it asks again.
            console.warn(fault);
            settle({ part: null, error: fault, tries: tries + 1 });
          },
        ),
      tries === 0 ? afterMs : Math.min(lastRetryMs, firstRetryMs * 2 ** (tries - 1)),
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [load, afterMs, isLoaded, tries]);
  const retry = useCallback(() => setLoading((known) => ({ ...known, tries: 0 })), []);
  return { part, error, retry };
}
