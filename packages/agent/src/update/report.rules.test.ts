import { reportSchema } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { type DatedHappening, reportsOf } from './report.rules.ts';

const at = '2026-01-01T00:00:00.000Z';
const update = { update_id: 'up-1', attempt: 2 };
const history: DatedHappening[] = [
  { type: 'step_started', step: 0, at },
  { type: 'step_interrupted', step: 0, at },
  { type: 'step_started', step: 0, at },
  { type: 'step_failed', step: 0, reason: 'command_failed', message: 'x'.repeat(3000), exit_code: 3, at },
  { type: 'undo_started', step: 0, at },
  { type: 'undone', step: 0, done: true, message: null, at },
  {
    type: 'finished',
    event: 'failed',
    step: 0,
    reason: 'command_failed',
    message: 'Why.',
    exit_code: 3,
    undone: [{ step: 'n'.repeat(400), done: true, message: null }],
    at,
  },
];

describe('the reports of an update', () => {
  it('are numbered without a gap, and say what people and programs need', () => {
    const reports = reportsOf(update, history);
    expect(reports.map(({ seq, event, exit_code }) => [seq, event, exit_code])).toEqual([
      [1, 'step_started', null],
      [2, 'step_started', null],
      [3, 'step_failed', 3],
      [4, 'failed', 3],
    ]);
    expect(reports.every(({ attempt, device_time }) => attempt === 2 && device_time === at)).toBe(true);
  });

  it('keep their numbers when more happens', () => {
    const all = reportsOf(update, history);
    for (let length = 0; length <= history.length; length++) {
      const early = reportsOf(update, history.slice(0, length));
      expect(early).toEqual(all.slice(0, early.length));
    }
  });

  it('are never longer than the protocol allows', () => {
    for (const report of reportsOf(update, history)) expect(reportSchema.parse(report)).toEqual(report);
  });

  it('get through a channel, however much was undone', () => {
    const undone = Array.from({ length: 3000 }, () => ({
      step: '\u0001'.repeat(256),
      done: false,
      message: '\u0001'.repeat(5000),
    }));
    const finished = history.map((happening) => (happening.type === 'finished' ? { ...happening, undone } : happening));
    const result = reportsOf(update, finished).at(-1);
    expect(reportSchema.parse(result)).toEqual(result);
    expect(JSON.stringify(result).length).toBeLessThan(1024 * 1024);
  });
});
