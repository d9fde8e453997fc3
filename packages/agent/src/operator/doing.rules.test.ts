import { expect, it } from 'vitest';
import { flowFixture, runStepFixture } from '../testing/flow-fixtures.ts';
import { doingOf } from './doing.rules.ts';

it('says until when a failed step waits for its next try, also where the agent was started meanwhile', () => {
  const step = runStepFixture('Migrate', 'exit 1', { retry: { attempts: 3, delay_s: 50 } });
  const failed = {
    type: 'step_failed',
    step: 0,
    reason: 'command_failed',
    message: 'It ended with 1.',
    exit_code: 1,
  } as const;
  const history = [
    { type: 'step_started', step: 0, at: '2026-05-01T10:00:00.000Z' },
    { ...failed, at: '2026-05-01T10:00:10.000Z' },
  ] as const;
  const flow = flowFixture([step]);
  const waits = (time: string) => `waiting until ${time} for try 2 of 3 of step 1 of 1, "Migrate"`;
  expect(doingOf(flow, history).doing).toBe(waits('2026-05-01T10:01:00.000Z'));
  const started = { type: 'agent_started', at: '2026-05-01T10:00:30.000Z' } as const;
  expect(doingOf(flow, [...history, started]).doing).toBe(waits('2026-05-01T10:01:20.000Z'));
});
