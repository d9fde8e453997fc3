import type { Update } from '@tideway/protocol';

/** A pending update of a test, but for what that is about. */
export function anUpdate(known: Partial<Update> = {}): Update {
  return {
    device: { id: 'd-1', name: 'pump-1' },
    status: 'pending',
    waiting_for: 'ready',
    offline_since: null,
    reason: null,
    message: null,
    taken_up_at: null,
    abort_requested_at: null,
    abort_ends_at: null,
    finished_at: null,
    step: null,
    ...known,
  };
}
