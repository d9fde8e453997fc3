import { type DeviceReport, reportEvents, updateStatuses } from '@tideway/protocol';
import { createReport } from '@tideway/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookingOf, type ReportedUpdate } from './report.rules.ts';

const update = fc.record({
  status: fc.constantFrom(...updateStatuses),
  attempt: fc.integer({ min: 1, max: 3 }),
  last_seq: fc.nat(5),
  is_timed_out: fc.boolean(),
});
const report = fc
  .record({
    event: fc.constantFrom(...reportEvents),
    attempt: fc.integer({ min: 1, max: 3 }),
    seq: fc.integer({ min: 1, max: 6 }),
  })
  .map((said): DeviceReport => createReport({ update_id: 'dp-1', ...said }));

describe('a report', () => {
  it('changes the status only of an update at work, and only with a result', () => {
    fc.assert(
      fc.property(update, report, (before, said) => {
        if (bookingOf(before, said).kind !== 'result') return;
        expect(before.status).toBe('in_progress');
        expect(said.event.startsWith('step_')).toBe(false);
      }),
    );
  });

  it('that was booked already changes nothing, nor does an older one', () => {
    fc.assert(
      fc.property(update, report, (before, said) => {
        if (bookingOf(before, said).kind === 'nothing') return;
        const after = { ...before, attempt: said.attempt, last_seq: said.seq };
        expect(bookingOf(after, said).kind).toBe('nothing');
        expect(bookingOf(after, { ...said, seq: 1 }).kind).toBe('nothing');
        expect(bookingOf({ ...after, attempt: said.attempt + 1, last_seq: 0 }, said).kind).toBe('nothing');
      }),
    );
  });

  it('on an update that is still pending is not used up: it counts when it comes again after the take-up', () => {
    const pending: ReportedUpdate = { status: 'pending', attempt: 1, last_seq: 0, is_timed_out: false };
    const said = createReport({ update_id: 'dp-1', seq: 4, event: 'succeeded' });
    expect(bookingOf(pending, said)).toEqual({ kind: 'nothing' });
    expect(bookingOf({ ...pending, status: 'in_progress' }, said)).toEqual({ kind: 'result', status: 'success' });
  });

  it('that contradicts the result is kept beside it, and so is what an abort has undone', () => {
    const failed: ReportedUpdate = { status: 'failed', attempt: 1, last_seq: 2, is_timed_out: false };
    const say = (event: DeviceReport['event']) => createReport({ update_id: 'dp-1', seq: 3, event });
    expect(bookingOf(failed, say('succeeded'))).toEqual({ kind: 'late_result', status: 'success' });
    expect(bookingOf(failed, say('failed'))).toEqual({ kind: 'nothing' });
    expect(bookingOf({ ...failed, status: 'aborted' }, say('stopped'))).toEqual({
      kind: 'late_result',
      status: 'aborted',
    });
  });

  it('of a failure is kept beside the result where the server had stopped waiting for it', () => {
    const timedOut: ReportedUpdate = { status: 'failed', attempt: 1, last_seq: 2, is_timed_out: true };
    const said = createReport({ update_id: 'dp-1', seq: 3, event: 'failed' });
    expect(bookingOf(timedOut, said)).toEqual({ kind: 'late_result', status: 'failed' });
  });
});
