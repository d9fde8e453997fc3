import type { DeviceReport, UpdateStatus } from '@tideway/protocol';
import { nextStatus } from './update-status.rules.ts';

/** What of an update decides how a report on it is booked. */
export type ReportedUpdate = {
  status: UpdateStatus;
  attempt: number;
  last_seq: number;
  /** It has failed because its device said nothing in time. */
  is_timed_out: boolean;
};

/** What a report changes. */
export type Booking =
  /** Late, repeated, or about an update that was not taken up here: the device hears the status that stands. */
  | { kind: 'nothing' }
  | { kind: 'step'; status: StepStatus }
  | { kind: 'result'; status: FinalStatus }
  /** The update has ended otherwise: what the device says now is kept beside the result, and never in its place. */
  | { kind: 'late_result'; status: FinalStatus };

export type StepStatus = 'started' | 'success' | 'failed';
export type FinalStatus = Extract<UpdateStatus, 'success' | 'failed' | 'aborted'>;

/** Decides what a report changes. Reports arrive twice, late and out of order; only the newest one counts. */
export function bookingOf(update: ReportedUpdate, report: DeviceReport): Booking {
  // A pending update takes nothing in, not even the number: after a restore from backup the device says it all again.
  if (update.status === 'pending' || isOld(update, report)) return { kind: 'nothing' };
  if (report.event in stepStatuses) return { kind: 'step', status: stepStatuses[report.event as StepEvent] };

  const event = report.event as ResultEvent;
  const status = finalStatuses[event];
  if (nextStatus(update.status, event) !== null) return { kind: 'result', status };
  const contradicts = status !== update.status;
  // What failed, and what was undone, is known from the device alone, also where the server did not wait for it.
  const isFirstWord = event === 'stopped' || (event === 'failed' && update.is_timed_out);
  return contradicts || isFirstWord ? { kind: 'late_result', status } : { kind: 'nothing' };
}

// A higher attempt than ours was given out by a server whose last rows a restore from backup has lost.
function isOld(update: ReportedUpdate, report: DeviceReport): boolean {
  if (report.attempt !== update.attempt) return report.attempt < update.attempt;
  return report.seq <= update.last_seq;
}

type StepEvent = 'step_started' | 'step_succeeded' | 'step_failed';
type ResultEvent = Exclude<DeviceReport['event'], StepEvent>;

const stepStatuses: Record<StepEvent, StepStatus> = {
  step_started: 'started',
  step_succeeded: 'success',
  step_failed: 'failed',
};

const finalStatuses: Record<ResultEvent, FinalStatus> = { succeeded: 'success', failed: 'failed', stopped: 'aborted' };
