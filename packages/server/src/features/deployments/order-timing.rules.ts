import type { FailureLimit, Supersede, TimingOptions } from '@tideway/protocol';

/** When a deployment begins and ends, whoever asks for it. */
export type OrderTiming = {
  /** When devices may begin, RFC 3339; null: at once. */
  startAt: string | null;
  supersedes: Supersede;
  /** Seconds after which what is pending ends; null: it waits for ever. */
  expiresInS: number | null;
  /** Seconds that each device has; null: as many as the flow says. */
  timeoutS: number | null;
  /** Seconds that a device has to confirm an abort. */
  abortDeadlineS: number;
  /** How many updates may fail before those that are pending end; null: all. */
  maxFailures: FailureLimit | null;
};

const usualAbortDeadlineS = 900;

/** What a body says of when and for how long its order goes on. */
export function readTiming(sent: TimingOptions): OrderTiming {
  return {
    startAt: sent.schedule?.start_at ?? null,
    supersedes: sent.supersede ?? 'none',
    expiresInS: sent.expires_in ?? null,
    timeoutS: sent.timeout ?? null,
    abortDeadlineS: sent.abort_deadline ?? usualAbortDeadlineS,
    maxFailures: sent.max_failures ?? null,
  };
}
