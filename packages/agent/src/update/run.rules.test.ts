import type { FlowDocument, Step, StepType } from '@tideway/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filesStepFixture, flowFixture, rebootStepFixture, runStepFixture } from '../testing/flow-fixtures.ts';
import type { Happening } from './history.rules.ts';
import { settleInterrupted } from './interruption.rules.ts';
import { type Act, nextAct } from './run.rules.ts';

const restoring: ReadonlySet<StepType> = new Set(['files']);
const revert = { revert_all_files: true, trigger: 'any_step_failure' } as const;
const rollback = { shell: 'sh', script: 'true', timeout_s: 10 } as const;

describe('the next act of an update', () => {
  it('runs the steps one after the other, and then succeeds', () => {
    const flow = flowFixture([runStepFixture('one', ''), runStepFixture('two', '')]);
    expect(next(flow, [])).toEqual({ type: 'run_step', step: 0, delay_s: 0 });
    expect(next(flow, ran(0))).toEqual({ type: 'run_step', step: 1, delay_s: 0 });
    expect(next(flow, [...ran(0), ...ran(1)])).toMatchObject({ type: 'finish', result: { event: 'succeeded' } });
  });

  it('retries a failed step after its delay, and fails when its tries are used up', () => {
    const flow = flowFixture([runStepFixture('one', '', { retry: { attempts: 2, delay_s: 7 } })]);
    expect(next(flow, failed(0))).toEqual({ type: 'run_step', step: 0, delay_s: 7 });
    expect(next(flow, [...failed(0), ...failed(0)])).toMatchObject({
      type: 'finish',
      result: { event: 'failed', step: 0, reason: 'command_failed', exit_code: 3, message: 'Step "one" failed: Exit.' },
    });
  });

  it('goes on after a failure that is to be ignored, and names it in the result', () => {
    const flow = flowFixture([runStepFixture('one', '', { on_failure: { ignore: true } }), runStepFixture('two', '')]);
    expect(next(flow, failed(0))).toEqual({ type: 'run_step', step: 1, delay_s: 0 });
    expect(next(flow, [...failed(0), ...ran(1)])).toMatchObject({
      result: { event: 'succeeded', message: 'Failed, and ignored as the flow says: "one".' },
    });
  });

  it('undoes the failed step first, then the earlier ones, then runs the rollback, then fails', () => {
    const steps = [filesStepFixture('a', { on_failure: revert }), filesStepFixture('b', { on_failure: revert })];
    const flow = flowFixture(steps, { rollback });
    const history = [...ran(0), ...failed(1)];
    expect(next(flow, history)).toEqual({ type: 'undo_step', step: 1 });
    expect(next(flow, [...history, undone(1)])).toEqual({ type: 'undo_step', step: 0 });
    expect(next(flow, [...history, undone(1), undone(0)])).toEqual({ type: 'roll_back' });
    const all: Happening[] = [...history, undone(1), undone(0), { type: 'rolled_back', done: false, message: 'no' }];
    expect(next(flow, all)).toMatchObject({
      type: 'finish',
      result: {
        event: 'failed',
        undone: [
          { step: 'b', done: true },
          { step: 'a', done: true },
          { step: 'rollback', done: false, message: 'no' },
        ],
      },
    });
  });

  it('leaves an earlier step alone that undoes only its own failure', () => {
    const own = { revert_all_files: true, trigger: 'this_step_failure' } as const;
    const flow = flowFixture([filesStepFixture('a', { on_failure: own }), runStepFixture('b', '')]);
    expect(next(flow, [...ran(0), ...failed(1)])).toMatchObject({ type: 'finish' });
    expect(next(flow, failed(0))).toEqual({ type: 'undo_step', step: 0 });
  });

  it('does not run the rollback where the failed step says so', () => {
    const flow = flowFixture([runStepFixture('a', '', { on_failure: { run_rollback: false } })], { rollback });
    expect(next(flow, failed(0))).toMatchObject({ type: 'finish', result: { event: 'failed', undone: [] } });
  });

  it('undoes forwards where the flow says so', () => {
    const steps = [filesStepFixture('a', { on_failure: revert }), filesStepFixture('b', { on_failure: revert })];
    expect(next(flowFixture(steps, { order: 'forward' }), [...ran(0), ...failed(1)])).toEqual({
      type: 'undo_step',
      step: 0,
    });
  });
});

describe('an update that is aborted', () => {
  it('takes the stopped step for failed, whatever it says about retries and ignoring', () => {
    const changes = { retry: { attempts: 5, delay_s: 1 }, on_failure: { ignore: true } };
    const flow = flowFixture([runStepFixture('a', '', changes), runStepFixture('b', '')], { rollback });
    const history: Happening[] = [{ type: 'step_started', step: 0 }, aborted, fault(0)];
    expect(next(flow, history)).toEqual({ type: 'roll_back' });
    expect(next(flow, [...history, rolledBack])).toMatchObject({
      result: { event: 'stopped', step: 0, reason: 'stopped', message: 'Stopped in step "a".' },
    });
  });

  it('stops between two steps, and undoes those that ran', () => {
    const steps = [filesStepFixture('a', { on_failure: revert }), runStepFixture('b', '')];
    const history = [...ran(0), aborted];
    expect(next(flowFixture(steps), history)).toEqual({ type: 'undo_step', step: 0 });
    expect(next(flowFixture(steps), [...history, undone(0)])).toMatchObject({
      result: { event: 'stopped', step: null, message: 'Stopped between two steps.' },
    });
  });

  it('undoes nothing where nothing has run', () => {
    const flow = flowFixture([filesStepFixture('a', { on_failure: revert })], { rollback });
    expect(next(flow, [aborted])).toMatchObject({ result: { event: 'stopped', undone: [] } });
  });

  it('keeps its result where the last step was done first', () => {
    const flow = flowFixture([runStepFixture('a', '')]);
    expect(next(flow, [{ type: 'step_started', step: 0 }, aborted, { type: 'step_succeeded', step: 0 }])).toMatchObject(
      {
        result: { event: 'succeeded' },
      },
    );
  });

  it('has failed, and was not stopped, where the failure stood before the abort', () => {
    const flow = flowFixture([runStepFixture('a', '')], { rollback });
    expect(next(flow, [...failed(0), aborted, rolledBack])).toMatchObject({ result: { event: 'failed' } });
  });
});

describe('an update that is out of time', () => {
  it('fails as timed_out', () => {
    const flow = flowFixture([runStepFixture('a', ''), runStepFixture('b', '')]);
    expect(next(flow, [...ran(0), { type: 'stop_requested', by: 'time_limit' }])).toMatchObject({
      result: { event: 'failed', reason: 'timed_out' },
    });
  });
});

describe('a step that asks for a boot', () => {
  const requested: Happening = { type: 'boot_requested', step: 0, boot_id: 'one' };
  const booted: Happening = { type: 'booted', step: 0 };
  const flow = flowFixture([rebootStepFixture('boot'), runStepFixture('after', '')]);
  const started: Happening = { type: 'step_started', step: 0 };

  it('is waited for, then looked at, and then the flow goes on', () => {
    expect(next(flow, [started, requested])).toEqual({ type: 'boot', step: 0 });
    expect(next(flow, [started, requested, booted])).toEqual({ type: 'confirm_step', step: 0 });
    const done: Happening[] = [started, requested, booted, { type: 'step_succeeded', step: 0 }];
    expect(next(flow, done)).toEqual({ type: 'run_step', step: 1, delay_s: 0 });
  });

  it('lets an abort wait for the boot, and fails then', () => {
    expect(next(flow, [started, requested, aborted])).toEqual({ type: 'boot', step: 0 });
    expect(next(flow, [started, requested, aborted, booted])).toMatchObject({ result: { event: 'stopped', step: 0 } });
  });

  it('may be undone with a boot, too', () => {
    const restoringImage: ReadonlySet<StepType> = new Set(['reboot']);
    const undoable = flowFixture([rebootStepFixture('boot', { on_failure: revert })]);
    const history: Happening[] = [started, requested, booted, fault(0), { type: 'undo_started', step: 0 }, requested];
    expect(nextAct(undoable, history, restoringImage)).toEqual({ type: 'boot', step: 0 });
    expect(nextAct(undoable, [...history, booted], restoringImage)).toEqual({ type: 'confirm_undo', step: 0 });
    expect(nextAct(undoable, [...history, booted, undone(0)], restoringImage)).toMatchObject({ type: 'finish' });
  });
});

describe('a flow that ends with a boot', () => {
  const flow = flowFixture([runStepFixture('one', '')], { reboot_after_update: true, rollback });
  const requested: Happening = { type: 'boot_requested', step: null, boot_id: 'one' };

  it('succeeds after the boot and not before', () => {
    expect(next(flow, ran(0))).toEqual({ type: 'boot', step: null });
    expect(next(flow, [...ran(0), requested])).toEqual({ type: 'boot', step: null });
    expect(next(flow, [...ran(0), requested, { type: 'booted', step: null }])).toMatchObject({
      result: { event: 'succeeded' },
    });
  });

  it('fails where the device does not boot, and rolls back', () => {
    const gaveUp: Happening = { type: 'gave_up', reason: 'boot_failed', message: 'It does not boot.' };
    expect(next(flow, [...ran(0), requested, gaveUp])).toEqual({ type: 'roll_back' });
    expect(next(flow, [...ran(0), requested, gaveUp, rolledBack])).toMatchObject({
      result: { event: 'failed', step: null, reason: 'boot_failed', message: 'It does not boot.' },
    });
  });
});

describe('any update, whatever fails and whenever it is stopped or interrupted', () => {
  it('ends, undoes exactly what the flow says in its order, and rolls back last and once', () => {
    fc.assert(
      fc.property(flows, fc.array(fc.constantFrom('ok', 'fail', 'crash', 'stop'), { maxLength: 40 }), (flow, fates) => {
        const history = play(flow, fates);
        const result = history.at(-1);
        if (result?.type !== 'finished') throw new Error('no result');
        const undoings = history.flatMap((one) => (one.type === 'undone' ? [one.step] : []));
        const rollbacks = history.filter(({ type }) => type === 'rolled_back').length;

        expect(undoings).toEqual(result.event === 'succeeded' ? [] : expectedUndoings(flow, history, result.step));
        const mayRollBack = result.step === null || flow.steps[result.step]?.on_failure.run_rollback === true;
        const isDue = result.event !== 'succeeded' && flow.rollback !== null && mayRollBack && hasRun(history);
        expect(rollbacks).toBe(isDue ? 1 : 0);
        if (rollbacks === 1) expect(history.at(-2)?.type).toBe('rolled_back');
      }),
      { numRuns: 2000 },
    );
  });

  it('never runs a step before all earlier ones are done, and none after undoing has begun', () => {
    fc.assert(
      fc.property(flows, fc.array(fc.constantFrom('ok', 'fail', 'crash', 'stop'), { maxLength: 40 }), (flow, fates) => {
        const history = play(flow, fates);
        const begun = history.flatMap((one) => (one.type === 'step_started' ? [one.step] : []));
        expect(begun).toEqual([...begun].sort((one, other) => one - other));
        expect([...new Set(begun)]).toEqual(Array.from({ length: new Set(begun).size }, (_, index) => index));
        const firstUndoing = history.findIndex(({ type }) => type === 'undo_started' || type === 'rollback_started');
        const lastStart = history.findLastIndex(({ type }) => type === 'step_started');
        if (firstUndoing !== -1) expect(lastStart).toBeLessThan(firstUndoing);
      }),
      { numRuns: 1000 },
    );
  });

  it('never succeeds before the boots that it asked for', () => {
    fc.assert(
      fc.property(flows, fc.array(fc.constantFrom('ok', 'fail', 'crash', 'stop'), { maxLength: 40 }), (flow, fates) => {
        const history = play(flow, fates);
        const hasBooted = (step: number | null) => history.some((one) => one.type === 'booted' && one.step === step);
        history.forEach((one, at) => {
          const isBoot = one.type === 'step_succeeded' && flow.steps[one.step]?.uses === 'reboot';
          if (isBoot) expect(history.slice(0, at)).toContainEqual({ type: 'booted', step: one.step });
        });
        const result = history.at(-1);
        const succeeded = result?.type === 'finished' && result.event === 'succeeded';
        if (succeeded && flow.reboot_after_update) expect(hasBooted(null)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

const aborted: Happening = { type: 'stop_requested', by: 'abort' };
const rolledBack: Happening = { type: 'rolled_back', done: true, message: null };

function next(flow: FlowDocument, history: Happening[]): Act {
  return nextAct(flow, history, restoring);
}

function ran(step: number): Happening[] {
  return [
    { type: 'step_started', step },
    { type: 'step_succeeded', step },
  ];
}

function failed(step: number): Happening[] {
  return [{ type: 'step_started', step }, fault(step)];
}

function fault(step: number): Happening {
  return { type: 'step_failed', step, reason: 'command_failed', message: 'Exit.', exit_code: 3 };
}

function undone(step: number): Happening {
  return { type: 'undone', step, done: true, message: null };
}

const steps: fc.Arbitrary<Step> = fc
  .record({
    kind: fc.constantFrom('files', 'run', 'reboot'),
    repeatable: fc.boolean(),
    attempts: fc.integer({ min: 1, max: 3 }),
    ignore: fc.boolean(),
    revert_all_files: fc.boolean(),
    trigger: fc.constantFrom('any_step_failure', 'this_step_failure'),
    run_rollback: fc.boolean(),
  })
  .map(({ kind, repeatable, attempts, ...on_failure }) => {
    const changes = { repeatable, retry: { attempts, delay_s: 0 }, on_failure };
    if (kind === 'reboot') return rebootStepFixture('reboot', changes);
    return kind === 'files' ? filesStepFixture('files', changes) : runStepFixture('run', '', changes);
  });

const flows: fc.Arbitrary<FlowDocument> = fc
  .record({
    steps: fc.array(steps, { minLength: 1, maxLength: 6 }),
    order: fc.constantFrom('newest_first', 'forward'),
    rollback: fc.constantFrom(rollback, null),
    reboot_after_update: fc.boolean(),
  })
  .map(({ steps, ...others }) => flowFixture(steps, others));

type Fate = 'ok' | 'fail' | 'crash' | 'stop';

/** Plays an update to its end; each act meets the next fate, and succeeds when there is none left. */
function play(flow: FlowDocument, fates: Fate[]): Happening[] {
  const history: Happening[] = [];
  let boots = 0;
  for (let turn = 0; turn < 1000; turn++) {
    const settled = settleInterrupted(flow, history, { bootId: `boot-${boots}`, restoring });
    if (settled) history.push(settled);
    const act = nextAct(flow, history, restoring);
    if (act.type === 'close') return history;
    if (act.type === 'finish') history.push(act.result);
    else if (act.type === 'boot') boots += boot(act.step, fates.shift() ?? 'ok', boots, history);
    else {
      const fate = fates.shift() ?? 'ok';
      meet(act, fate, history);
      const asksForBoot = act.type === 'run_step' && flow.steps[act.step]?.uses === 'reboot' && fate === 'ok';
      if (asksForBoot) boots += boot(act.step, fates.shift() ?? 'ok', boots, history);
    }
  }
  throw new Error('the update does not end');
}

/** How many boots came: a device may not boot although it was asked to. */
function boot(step: number | null, fate: Fate, boots: number, history: Happening[]): number {
  if (step !== null && history.at(-1)?.type === 'step_succeeded') history.pop();
  history.push({ type: 'boot_requested', step, boot_id: `boot-${boots}` }, { type: 'agent_started' });
  return fate === 'fail' ? 0 : 1;
}

type PlayedAct = Exclude<Act, { type: 'finish' | 'close' | 'boot' }>;

function meet(act: PlayedAct, fate: Fate, history: Happening[]): void {
  const { started, ended } = happeningsOf(act, fate !== 'fail' && fate !== 'stop');
  history.push(...started);
  if (fate === 'crash') history.push({ type: 'agent_started' });
  if (fate === 'crash') return;
  if (fate === 'stop' && !history.some(({ type }) => type === 'stop_requested')) history.push(aborted);
  history.push(ended);
}

function happeningsOf(act: PlayedAct, done: boolean): { started: Happening[]; ended: Happening } {
  if (act.type === 'roll_back') {
    return { started: [{ type: 'rollback_started' }], ended: { type: 'rolled_back', done, message: null } };
  }
  const { step } = act;
  const isUndo = act.type === 'undo_step' || act.type === 'confirm_undo';
  if (isUndo) {
    const started: Happening[] = act.type === 'undo_step' ? [{ type: 'undo_started', step }] : [];
    return { started, ended: { type: 'undone', step, done, message: null } };
  }
  const ended: Happening = done ? { type: 'step_succeeded', step } : fault(step);
  return { started: act.type === 'run_step' ? [{ type: 'step_started', step }] : [], ended };
}

function hasRun(history: Happening[]): boolean {
  return history.some(({ type }) => type === 'step_started');
}

/** What `flows.md` says under "Failure", put as plainly as can be. */
function expectedUndoings(flow: FlowDocument, history: Happening[], failedStep: number | null): number[] {
  const due = flow.steps.flatMap(({ uses, on_failure }, index) => {
    const isBegun = history.some((one) => one.type === 'step_started' && one.step === index);
    const isMeant = on_failure.revert_all_files && (index === failedStep || on_failure.trigger === 'any_step_failure');
    return isBegun && isMeant && uses === 'files' ? [index] : [];
  });
  return flow.order === 'forward' ? due : due.reverse();
}
