import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { StepType } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { filesStepFixture, flowFixture, rebootStepFixture, runStepFixture } from '../testing/flow-fixtures.ts';
import type { Happening } from './history.rules.ts';
import { bootFailure, meanings, settleInterrupted } from './interruption.rules.ts';
import { nextAct } from './run.rules.ts';

const restart = { bootId: 'two', restoring: new Set<StepType>(['files']) };
const started: Happening = { type: 'step_started', step: 0 };
const interrupted: Happening = { type: 'step_interrupted', step: 0 };
const aborted: Happening = { type: 'stop_requested', by: 'abort' };
const agentStarted: Happening = { type: 'agent_started' };
const fault: Happening = { type: 'step_failed', step: 0, reason: 'command_failed', message: 'Exit.', exit_code: 3 };
const rollback = { shell: 'sh', script: 'true', timeout_s: 10 } as const;

describe('an act that the end of the agent interrupted', () => {
  it('counts as failed where the step must not be run again, and is not retried', () => {
    const flow = flowFixture([runStepFixture('a', '', { retry: { attempts: 3, delay_s: 0 } })]);
    const settled = settle(flow, [started, agentStarted]);
    expect(settled).toMatchObject({ type: 'step_failed', step: 0, reason: 'interrupted' });
    expect(nextAct(flow, [started, agentStarted, ...(settled ? [settled] : [])], restart.restoring)).toMatchObject({
      type: 'finish',
      result: { event: 'failed', reason: 'interrupted' },
    });
  });

  it('is done again where the step may be repeated, and not for ever', () => {
    for (const step of [runStepFixture('a', '', { repeatable: true }), filesStepFixture('a'), rebootStepFixture('a')]) {
      const flow = flowFixture([step]);
      expect(settle(flow, [started, agentStarted])).toEqual(interrupted);
      const twice = [1, 2].flatMap(() => [started, agentStarted, interrupted]);
      expect(settle(flow, [...twice, started, agentStarted])).toMatchObject({ type: 'step_failed' });
    }
  });

  it('is not done again where the step says so, whatever its type', () => {
    for (const step of [filesStepFixture('a', { repeatable: false }), rebootStepFixture('a', { repeatable: false })]) {
      const settled = settle(flowFixture([step]), [started, agentStarted]);
      expect(settled).toMatchObject({ type: 'step_failed', reason: 'interrupted' });
    }
  });

  it('counts as failed where an abort had come', () => {
    const flow = flowFixture([runStepFixture('a', '', { repeatable: true })]);
    expect(settle(flow, [started, aborted, agentStarted])).toMatchObject({ type: 'step_failed' });
  });

  it('is done again where it was an undoing, and given up when that stops the agent each time', () => {
    const revert = { revert_all_files: true, trigger: 'any_step_failure' } as const;
    const flow = flowFixture([filesStepFixture('a', { on_failure: revert })]);
    const undoing: Happening[] = [{ type: 'undo_started', step: 0 }, agentStarted];
    const history = [started, fault, ...undoing];
    expect(settle(flow, history)).toBeNull();
    expect(nextAct(flow, history, restart.restoring)).toEqual({ type: 'undo_step', step: 0 });
    expect(settle(flow, [...history, ...undoing, ...undoing])).toMatchObject({ type: 'undone', done: false });
  });

  it('is done again where it was the rollback, and given up the third time', () => {
    const flow = flowFixture([runStepFixture('a', '')], { rollback });
    const begun: Happening[] = [{ type: 'rollback_started' }, agentStarted];
    expect(settle(flow, [started, fault, ...begun, ...begun])).toBeNull();
    expect(settle(flow, [started, fault, ...begun, ...begun, ...begun])).toMatchObject({
      type: 'rolled_back',
      done: false,
    });
  });
});

describe('a boot that was asked for', () => {
  const flow = flowFixture([rebootStepFixture('a')]);
  const requested: Happening[] = [{ type: 'boot_requested', step: 0, boot_id: 'one' }, agentStarted];
  const same = { ...restart, bootId: 'one' };

  it('has come where the boot is another one', () => {
    expect(settle(flow, [started, ...requested])).toEqual({ type: 'booted', step: 0 });
  });

  it('is asked for again where only the agent has started, and given up the third time', () => {
    expect(settleInterrupted(flow, [started, ...requested, ...requested], same)).toBeNull();
    expect(settleInterrupted(flow, [started, ...requested, ...requested, ...requested], same)).toMatchObject({
      type: 'step_failed',
      reason: 'boot_failed',
    });
  });

  it('counts anew in a retry of the step', () => {
    const first = [started, ...requested, ...requested, ...requested, fault];
    expect(settleInterrupted(flow, [...first, started, ...requested, ...requested], same)).toBeNull();
  });

  it('fails the update, its step or its undoing where it does not come', () => {
    expect(bootFailure([], null, 'No.')).toMatchObject({ type: 'gave_up', reason: 'boot_failed' });
    expect(bootFailure([started], 0, 'No.')).toMatchObject({ type: 'step_failed', reason: 'boot_failed' });
    expect(bootFailure([started, { type: 'undo_started', step: 0 }], 0, 'No.')).toMatchObject({
      type: 'undone',
      done: false,
    });
  });
});

describe('a device that starts three times without getting on', () => {
  const thrice = [agentStarted, agentStarted, agentStarted];

  it('ends its update between two steps, and rolls back what has run', () => {
    const flow = flowFixture([runStepFixture('a', ''), runStepFixture('b', '')], { rollback });
    const history: Happening[] = [started, { type: 'step_succeeded', step: 0 }];
    expect(settle(flow, [...history, agentStarted, agentStarted])).toBeNull();
    const gaveUp: Happening = {
      type: 'gave_up',
      reason: 'boot_loop',
      message: expect.any(String) as unknown as string,
    };
    expect(settle(flow, [...history, ...thrice])).toEqual(gaveUp);
    expect(nextAct(flow, [...history, ...thrice, gaveUp], restart.restoring)).toEqual({ type: 'roll_back' });
  });

  it('fails the step that it would run once more, so that what it has begun is undone', () => {
    const flow = flowFixture([filesStepFixture('a', { on_failure: { revert_all_files: true } })]);
    const history: Happening[] = [started, agentStarted, interrupted, ...thrice];
    const settled = settle(flow, history);
    expect(settled).toMatchObject({ type: 'step_failed', step: 0, reason: 'boot_loop' });
    const all = [...history, ...(settled ? [settled] : [])];
    expect(nextAct(flow, all, restart.restoring)).toEqual({ type: 'undo_step', step: 0 });
  });

  it('goes round in no circle either where it does not even get to begin an undoing again', () => {
    const revert = { revert_all_files: true, trigger: 'any_step_failure' } as const;
    const flow = flowFixture([filesStepFixture('a', { on_failure: revert })]);
    const begun: Happening[] = [started, fault, { type: 'undo_started', step: 0 }];
    expect(settle(flow, [...begun, agentStarted, agentStarted])).toBeNull();
    expect(settle(flow, [...begun, ...thrice])).toMatchObject({ type: 'undone', step: 0, done: false });
  });

  it('fails the step whose boot it never gets over, whatever the step says of retries', () => {
    const flow = flowFixture([rebootStepFixture('a', { retry: { attempts: 3, delay_s: 0 } })]);
    const booted: Happening = { type: 'booted', step: 0 };
    const settled = settle(flow, [started, booted, ...thrice]);
    expect(settled).toMatchObject({ type: 'step_failed', step: 0, reason: 'boot_loop' });
    const all: Happening[] = [started, booted, ...thrice, ...(settled ? [settled] : [])];
    expect(nextAct(flow, all, restart.restoring)).toMatchObject({ type: 'finish', result: { reason: 'boot_loop' } });
  });

  it('leaves out what it cannot undo, and goes on with the rest', () => {
    const revert = { revert_all_files: true, trigger: 'any_step_failure' } as const;
    const flow = flowFixture([filesStepFixture('a', { on_failure: revert })], { rollback });
    expect(settle(flow, [started, fault, ...thrice])).toMatchObject({ type: 'undone', step: 0, done: false });
    const undone: Happening = { type: 'undone', step: 0, done: false, message: null };
    expect(settle(flow, [started, fault, undone, ...thrice])).toMatchObject({ type: 'rolled_back', done: false });
  });
});

describe('the meaning of an interruption', () => {
  it('stands in the documents as it stands here', () => {
    const text = readFileSync(path.join(import.meta.dirname, '../../../../docs/agent.md'), 'utf8');
    for (const { means, because } of Object.values(meanings)) expect(text).toContain(`| ${means} | ${because} |`);
  });
});

function settle(flow: Parameters<typeof settleInterrupted>[0], history: Happening[]): Happening | null {
  return settleInterrupted(flow, history, restart);
}
