import type { Update, UpdateDetails } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { anUpdate } from './testing/an-update.ts';
import { lateResultOf, reasonText, shownSteps, standingText } from './update-words.rules.ts';

const pending = anUpdate({ waiting_for: 'offline' });
const step = { name: 'Unpack', status: 'started', tries: 1, exit_code: null, message: null } as const;
const atWork: Update = { ...pending, status: 'in_progress', waiting_for: null, step };

describe('where an update is', () => {
  it.each<[Update, string]>([
    [pending, 'The device is offline'],
    [{ ...atWork, step: null }, 'Started'],
    [atWork, 'Unpack'],
    [{ ...atWork, step: { ...step, tries: 3 } }, 'Unpack, try 3'],
    [{ ...atWork, step: { ...step, status: 'success' } }, 'Unpack: done'],
    [{ ...atWork, abort_requested_at: '2030-01-01T00:00:00Z' }, 'Asked to stop. Unpack'],
    [{ ...atWork, step: null, abort_requested_at: '2030-01-01T00:00:00Z' }, 'Asked to stop'],
    [
      { ...atWork, step: { ...step, status: 'failed' }, abort_requested_at: '2030-01-01T00:00:00Z' },
      'Asked to stop. Unpack: ended',
    ],
    [{ ...atWork, status: 'success' }, ''],
    [{ ...atWork, status: 'failed', reason: 'step_failed', message: 'no water' }, 'Unpack: no water'],
    [
      { ...atWork, status: 'failed', reason: 'step_failed', message: 'Step "Unpack" failed: no' },
      'Step "Unpack" failed: no',
    ],
    [{ ...atWork, status: 'failed', step: null, reason: 'timed_out' }, 'No result came within the time limit'],
    [{ ...pending, status: 'aborted', waiting_for: null, reason: 'superseded' }, 'A newer deployment replaced it'],
  ])('is said in one line (%#)', (update, text) => {
    expect(standingText(update)).toBe(text);
  });

  it('says a reason that only the device knows in its own word', () => {
    expect(reasonText('no_such_valve')).toBe('no such valve');
  });
});

describe('the steps of an update', () => {
  const went = { tries: 1, exit_code: null, message: null, started_at: null, finished_at: null };
  const failedAt = (minute: number) => {
    const at = `2030-01-01T00:0${minute}:00Z`;
    return { ...went, name: 'Read', status: 'failed' as const, started_at: at, finished_at: at };
  };
  const steps = [failedAt(1), failedAt(3), { ...went, name: 'Send', status: 'not_run' as const }];
  const shown = (update: Partial<UpdateDetails>) =>
    shownSteps({ steps, status: 'in_progress', failed_step: null, abort_requested_at: null, ...update }).map(
      ([, how]) => how,
    );

  it('are shown as the device said, but for the one in which an abort stopped it', () => {
    expect(shown({ status: 'aborted', failed_step: 'Read' })).toEqual(['failed', 'stopped', 'not_run']);
    expect(shown({ status: 'aborted', failed_step: null })).toEqual(['failed', 'failed', 'not_run']);
    expect(shown({ status: 'failed', failed_step: 'Read' })).toEqual(['failed', 'failed', 'not_run']);
  });

  it('are stopped by an abort only where they ended since, and the device has gone no further', () => {
    const abort_requested_at = '2030-01-01T00:02:00Z';
    expect(shown({ abort_requested_at })).toEqual(['failed', 'stopped', 'not_run']);
    expect(shown({ abort_requested_at: '2030-01-01T00:04:00Z' })).toEqual(['failed', 'failed', 'not_run']);
    const goesOn = { ...failedAt(4), status: 'started' as const, finished_at: null };
    expect(shown({ abort_requested_at, steps: [...steps.slice(0, 2), goesOn] })).toEqual([
      'failed',
      'failed',
      'started',
    ]);
  });
});

describe('a late result', () => {
  const details = { ...atWork, attempt: 1, failed_step: null, exit_code: null, undone: [], steps: [] };

  it('is what the device said, as far as it said it', () => {
    expect(lateResultOf({ ...details, late_result: null })).toBe(null);
    expect(lateResultOf({ ...details, late_result: { status: 'success', at: 'then', message: null } })).toEqual({
      status: 'success',
      at: 'then',
      message: null,
    });
    expect(lateResultOf({ ...details, late_result: { status: 7 } })).toEqual({
      status: 'something else',
      at: null,
      message: null,
    });
  });
});
