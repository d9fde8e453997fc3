import type { DeviceReport } from '@tideway/protocol';
import type { Finished, Happening } from './history.rules.ts';

/** A happening with the device's clock, RFC 3339. */
export type DatedHappening = Happening & { at: string };

export type ReportedUpdate = { update_id: string; attempt: number };

/**
 * All reports of an update so far. A report's number is its place among them, so that after a power cut the same
 * reports come out of the same journal, and repeats are recognised.
 */
export function reportsOf(update: ReportedUpdate, history: readonly DatedHappening[]): DeviceReport[] {
  return history.filter(isReported).map((happening, index) => reportOf(update, happening, index + 1));
}

type Reported = Extract<Happening, { type: 'step_started' | 'step_succeeded' | 'step_failed' | 'finished' }>;

function isReported(happening: DatedHappening): happening is Reported & { at: string } {
  return ['step_started', 'step_succeeded', 'step_failed', 'finished'].includes(happening.type);
}

function reportOf(update: ReportedUpdate, happening: Reported & { at: string }, seq: number): DeviceReport {
  const hasDetail = happening.type === 'step_failed' || happening.type === 'finished';
  return {
    type: 'report',
    update_id: update.update_id,
    attempt: update.attempt,
    seq,
    event: happening.type === 'finished' ? happening.event : happening.type,
    step: happening.step,
    exit_code: hasDetail ? happening.exit_code : null,
    message: hasDetail ? shortened(happening.message, 2000) : null,
    reason: hasDetail ? shortened(happening.reason, 64) : null,
    undone: happening.type === 'finished' ? shortenedUndone(happening.undone) : [],
    device_time: happening.at,
  };
}

/** What a report takes in all: one that never gets through would come again for ever. */
const maxUndone = 1000;
const maxUndoneCharacters = 60_000;

function shortenedUndone(undone: Finished['undone']): Finished['undone'] {
  const share = Math.floor(maxUndoneCharacters / Math.max(1, undone.length));
  return undone.slice(0, maxUndone).map(({ step, done, message }) => ({
    step: step.slice(0, Math.min(256, Math.max(60, share))),
    done,
    message: shortened(message, Math.min(2000, Math.max(60, share))),
  }));
}

function shortened(text: string | null, length: number): string | null {
  return text === null || text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
