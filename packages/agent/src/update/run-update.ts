import type { Step } from '@tideway/protocol';
import { restoringTypes } from '../steps/executors.ts';
import { notedCommand } from '../steps/shell.ts';
import type { StepFailure } from '../steps/step.ts';
import { endLeftovers } from '../system/leftover-processes.ts';
import { pause } from '../system/timing.ts';
import type { Journal } from './journal.ts';
import { type DeviceAct, keepFolderOf, markerOf, performAct, type Workplace } from './perform-act.ts';
import { type Act, type Finished, type Happening, nextAct, settleInterrupted } from './run.rules.ts';

/** What may end an update before its steps have ended. */
export type Interruptions = {
  /** An abort, or the time limit of the update; its reason is a StepFailure. */
  stop: AbortSignal;
  /** The end of the agent itself; its reason is an AgentStopping. */
  agentStopping: AbortSignal;
};

/**
 * Carries an update out from wherever its journal stands, until its result is in the journal. Each act is written down
 * by `record` before it is done. Throws AgentStopping where the agent ends first.
 */
export async function runUpdate(
  at: Workplace,
  journal: Journal,
  record: (happening: Happening) => void,
  interruptions: Interruptions,
): Promise<Finished> {
  const { flow } = at.document;
  await endInterruptedAct(at, journal.history);
  const settled = settleInterrupted(flow, journal.history);
  if (settled) record(settled);
  for (;;) {
    interruptions.agentStopping.throwIfAborted();
    const act = nextAct(flow, journal.history, restoringTypes);
    if (act.type === 'finish') finish(at, act.result, record);
    else if (act.type === 'close') return resultOf(journal.history);
    else if (act.type === 'run_step') await runStep(at, journal, act, record, interruptions);
    else await putBack(at, act, record, interruptions);
  }
}

async function runStep(
  at: Workplace,
  journal: Journal,
  act: Extract<Act, { type: 'run_step' }>,
  record: (happening: Happening) => void,
  { stop, agentStopping }: Interruptions,
): Promise<void> {
  if (act.delay_s > 0) await pause(act.delay_s * 1000, [stop, agentStopping]);
  // What has happened meanwhile may ask for another act.
  if (stop.aborted || agentStopping.aborted) return;
  if (at.document.configuration && !journal.history.some(({ type }) => type === 'step_started')) {
    at.configuration.replace(at.document.configuration, at.folder);
  }
  record({ type: 'step_started', step: act.step });
  const failure = await performAct(at, act, stepAt(at, act.step).uninterruptible ? [] : [stop, agentStopping]);
  record(failure ? stepFailed(act.step, failure) : { type: 'step_succeeded', step: act.step });
}

/** Undoes a step, or runs the flow's rollback: both go on whatever failed before. */
async function putBack(
  at: Workplace,
  act: Extract<DeviceAct, { type: 'undo_step' | 'roll_back' }>,
  record: (happening: Happening) => void,
  { agentStopping }: Interruptions,
): Promise<void> {
  at.configuration.putBack(at.folder);
  record(act.type === 'undo_step' ? { type: 'undo_started', step: act.step } : { type: 'rollback_started' });
  const failure = await performAct(at, act, [agentStopping]);
  const result = { done: failure === null, message: failure?.message ?? null };
  record(act.type === 'undo_step' ? { type: 'undone', step: act.step, ...result } : { type: 'rolled_back', ...result });
}

function finish(at: Workplace, result: Finished, record: (happening: Happening) => void): void {
  if (result.event !== 'succeeded') at.configuration.putBack(at.folder);
  record(result);
}

/** An agent that was killed has left its step running: nothing else may happen beside it. */
async function endInterruptedAct(at: Workplace, history: readonly Happening[]): Promise<void> {
  const act = openAct(history);
  if (act) await endLeftovers(markerOf(at.plan, act), notedCommand(keepFolderOf(at.folder, act)));
}

function openAct(history: readonly Happening[]): DeviceAct | null {
  const last = history.findLast(({ type }) => type !== 'stop_requested');
  if (last?.type === 'step_started') return { type: 'run_step', step: last.step, delay_s: 0 };
  if (last?.type === 'undo_started') return { type: 'undo_step', step: last.step };
  return last?.type === 'rollback_started' ? { type: 'roll_back' } : null;
}

function stepFailed(step: number, failure: StepFailure): Happening {
  const { reason, message, exitCode } = failure;
  return { type: 'step_failed', step, reason, message, exit_code: exitCode };
}

function stepAt(at: Workplace, index: number): Step {
  const step = at.document.flow.steps[index];
  if (!step) throw new RangeError(`The flow has no step ${index}`);
  return step;
}

function resultOf(history: readonly Happening[]): Finished {
  const last = history.at(-1);
  if (last?.type !== 'finished') throw new Error('The update has no result yet');
  return last;
}
