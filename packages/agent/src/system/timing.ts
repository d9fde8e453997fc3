/** The longest time that a timer of Node can wait. */
export const longestTimerMs = 2 ** 31 - 1;

export type Limits = {
  ms: number;
  /** What the work is told when its time is over. */
  overtime: Error;
  /** What else breaks the work off; its reason is passed on. */
  signals: AbortSignal[];
};

/** Does work under a signal that is aborted when its time is over, or with any of the given signals. */
export async function limitTime<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(limits.overtime), Math.min(limits.ms, longestTimerMs));
  // Not AbortSignal.any: on Node 20 each call leaves something behind with a signal that lives as long as the agent.
  const unlink = onAnyAborted(limits.signals, (reason) => limit.abort(reason));
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

/** Waits; one of the signals ends it early. */
export async function pause(ms: number, signals: AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(end, Math.min(ms, longestTimerMs));
    const unlink = onAnyAborted(signals, end);
    function end(): void {
      clearTimeout(timer);
      unlink();
      resolve();
    }
  });
}

/** Calls the listener once one of the signals is aborted, also one that is already; gives what ends that. */
export function onAnyAborted(signals: AbortSignal[], listener: (reason: unknown) => void): () => void {
  const listeners = signals.map((signal) => {
    const heard = () => listener(signal.reason);
    if (signal.aborted) heard();
    else signal.addEventListener('abort', heard, { once: true });
    return () => signal.removeEventListener('abort', heard);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
