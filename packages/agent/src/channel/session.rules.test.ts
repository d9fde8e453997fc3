import type { DeviceMessage, DeviceReport, Plan } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { effectsOf, messagesToSend, type Situation } from './session.rules.ts';

describe('what the agent says', () => {
  const quiet = {
    hello: null,
    reports: [],
    output: null,
    stopping: null,
    metrics: null,
    isBusy: false,
    isBlocked: false,
  };

  it('is hello first, results before the question for the next update', () => {
    const said = messagesToSend({ ...quiet, hello, reports: [report(1)], output: { message: output, isLast: true } });
    expect(said.map(({ type }) => type)).toEqual(['hello', 'report', 'log', 'next']);
  });

  it('asks for the next update only when it is free', () => {
    expect(messagesToSend(quiet)).toEqual([{ type: 'next' }]);
    expect(messagesToSend({ ...quiet, isBusy: true })).toEqual([]);
  });

  it('asks once in a session when it is busy: the update may go on under a new attempt', () => {
    expect(messagesToSend({ ...quiet, hello, isBusy: true })).toEqual([hello, { type: 'next' }]);
  });

  it('asks for no update while it is blocked, but for the one that it is at', () => {
    const blocked = { ...quiet, isBlocked: true };
    expect(messagesToSend({ ...blocked, hello })).toEqual([hello]);
    expect(messagesToSend({ ...blocked, hello, isBusy: true })).toEqual([hello, { type: 'next' }]);
  });

  it('does not ask before all of many reports are said', () => {
    const reports = Array.from({ length: 400 }, (_, index) => report(index + 1));
    const said = messagesToSend({ ...quiet, reports });
    expect(said.length).toBeLessThanOrEqual(200);
    expect(said.some(({ type }) => type === 'next')).toBe(false);
  });

  it('takes no more reports into a call than it may have bytes, and always one', () => {
    const long = (seq: number) => ({ ...report(seq), message: 'ü'.repeat(100_000) });
    const reports = [long(1), long(2), long(3)];
    const said = messagesToSend({ ...quiet, reports });
    expect(said).toEqual([reports[0], reports[1]]);
    const longest = { ...report(1), message: 'x'.repeat(600_000) };
    expect(messagesToSend({ ...quiet, reports: [longest, report(2)] })).toEqual([longest]);
  });

  it('does not ask before all output of the last update is said', () => {
    expect(messagesToSend({ ...quiet, output: { message: output, isLast: false } })).toEqual([output]);
  });
});

describe('what the agent makes of an answer', () => {
  it('takes up a plan when it is free', () => {
    expect(effectsOf({ type: 'plan', plan }, free)).toEqual([{ type: 'take_up', plan }]);
  });

  it('does nothing about the plan that it is at, and adopts its new attempt', () => {
    expect(effectsOf({ type: 'plan', plan }, busy)).toEqual([]);
    expect(effectsOf({ type: 'plan', plan: { ...plan, attempt: 2 } }, busy)).toEqual([
      { type: 'adopt_attempt', attempt: 2 },
    ]);
  });

  it('takes the plan of another update for the end of its own', () => {
    expect(effectsOf({ type: 'plan', plan: { ...plan, update_id: 'up-2' } }, busy)).toEqual([
      { type: 'abort', update_id: 'up-1' },
    ]);
  });

  it('does not run an update again that it has finished, but says its result again', () => {
    expect(effectsOf({ type: 'plan', plan }, done)).toEqual([{ type: 'report', report: result }]);
    expect(effectsOf({ type: 'plan', plan: { ...plan, attempt: 3 } }, done)).toEqual([
      { type: 'report', report: { ...result, attempt: 3, seq: 1 } },
    ]);
  });

  it('confirms the abort of an update that never came', () => {
    expect(effectsOf({ type: 'abort', update_id: 'up-9' }, free)).toMatchObject([
      { type: 'report', report: { update_id: 'up-9', event: 'stopped', attempt: 1, seq: 1 } },
    ]);
  });

  it('says its result again when it was finished before the abort', () => {
    expect(effectsOf({ type: 'abort', update_id: 'up-1' }, done)).toEqual([{ type: 'report', report: result }]);
  });

  it('forgets what is acknowledged', () => {
    const ack = { type: 'ack', update_id: 'up-1', attempt: 1, seq: 2, status: 'in_progress' } as const;
    expect(effectsOf(ack, busy)).toEqual([{ type: 'forget_report', update_id: 'up-1', attempt: 1, seq: 2 }]);
  });

  it('takes a final status that it did not report for an abort', () => {
    const ack = { type: 'ack', update_id: 'up-1', attempt: 1, seq: 2, status: 'failed' } as const;
    expect(effectsOf(ack, busy)).toContainEqual({ type: 'abort', update_id: 'up-1' });
    expect(effectsOf(ack, done)).not.toContainEqual({ type: 'abort', update_id: 'up-1' });
  });

  it('drops all reports of an update that the server does not know', () => {
    const ack = { type: 'ack', update_id: 'up-1', attempt: 1, seq: 2, status: 'unknown' } as const;
    expect(effectsOf(ack, busy)).toEqual([{ type: 'forget_update', update_id: 'up-1' }]);
  });

  it('forgets a report that is refused for good, and keeps one that is refused for now', () => {
    const at = { ...busy, sent: [report(4)] };
    const refused = { type: 'refused', index: 0, code: 'invalid_request', message: 'no' } as const;
    expect(effectsOf(refused, at)).toContainEqual({ type: 'forget_report', update_id: 'up-1', attempt: 1, seq: 4 });
    expect(effectsOf({ ...refused, code: 'unavailable' }, at).map(({ type }) => type)).toEqual(['warn']);
  });
});

const hello: Extract<DeviceMessage, { type: 'hello' }> = {
  type: 'hello',
  agent_version: '1',
  os: 'linux',
  arch: 'x64',
  capabilities: [],
  attributes: {},
  apps: [],
  boot_id: 'b',
  session_value: null,
  block: null,
};
const output: Extract<DeviceMessage, { type: 'log' }> = {
  type: 'log',
  update_id: 'up-1',
  attempt: 1,
  offset: 0,
  text: 'x',
};
const plan: Plan = {
  update_id: 'up-1',
  attempt: 1,
  time_limit_s: 60,
  device: { id: 'd-1', name: 'one' },
  document: '{}',
  document_sha256: '',
  secrets: {},
};
const result: DeviceReport = { ...report(5), event: 'succeeded' };
const free: Situation = { current: null, lastResult: null, sent: [], now: '2026-01-01T00:00:00Z' };
const busy: Situation = { ...free, current: plan };
const done: Situation = { ...free, lastResult: result };

function report(seq: number): DeviceReport {
  return {
    type: 'report',
    update_id: 'up-1',
    attempt: 1,
    seq,
    event: 'step_started',
    step: 0,
    exit_code: null,
    message: null,
    reason: null,
    undone: [],
    device_time: '2026-01-01T00:00:00Z',
  };
}
