import type { UpdateStatus } from '@tideway/protocol';

/** What can happen to one device's update. */
export type UpdateEvent =
  | 'taken_up'
  | 'abort_requested'
  | 'expired'
  | 'succeeded'
  | 'failed'
  | 'timed_out'
  | 'stopped'
  | 'abort_deadline_passed';

/** The life of one device's update; every way there is stands in this table. */
const ways: Record<UpdateStatus, Partial<Record<UpdateEvent, UpdateStatus>>> = {
  pending: { taken_up: 'in_progress', abort_requested: 'aborted', expired: 'aborted' },
  // The device may finish before the abort reaches it; then its result stands.
  in_progress: {
    succeeded: 'success',
    failed: 'failed',
    timed_out: 'failed',
    stopped: 'aborted',
    abort_deadline_passed: 'aborted',
  },
  success: {},
  failed: {},
  aborted: {},
};

/** The status after `event`, or null where the event changes nothing: a late or repeated report. */
export function nextStatus(status: UpdateStatus, event: UpdateEvent): UpdateStatus | null {
  return ways[status][event] ?? null;
}
