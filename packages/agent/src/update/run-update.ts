import { restoringTypes, settlingTypes } from '../steps/executors.ts';
import { notedCommand } from '../steps/shell.ts';
import { StepFailure } from '../steps/step.ts';
import { endLeftovers } from '../system/leftover-processes.ts';
import { pause } from '../system/timing.ts';
import {
  type Finished,
  type Happening,
  type History,
  isBegun,
  isUndoBegun,
  isUntouched,
  lastDeed,
  stepAt,
} from './history.rules.ts';
import { bootFailure, isInBootLoop, settleInterrupted } from './interruption.rules.ts';
import type { Journal } from './journal.ts';
import { runHooksBefore } from './owner-hooks.ts';
import { type DeviceAct, keepFolderOf, markerOf, performAct, type Workplace } from './perform-act.ts';
import { type Act, nextAct } from './run.rules.ts';

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
  const settled = settleInterrupted(flow, journal.history, { bootId: at.boot.id(), restoring: restoringTypes });
  if (settled) record(settled);
  if (isUntouched(journal.history)) await askOwner(at, record, interruptions);
  for (;;) {
    interruptions.agentStopping.throwIfAborted();
    const act = nextAct(flow, journal.history, restoringTypes);
    if (act.type === 'close') return resultOf(journal.history);
    if (act.type === 'finish') await finish(at, journal.history, act.result, record, interruptions);
    else if (act.type === 'boot') await boot(at, journal, act.step, record, interruptions);
    else if (act.type === 'run_step') await runStep(at, journal, act, record, interruptions);
    else if (act.type === 'confirm_step') await confirmStep(at, act, record, interruptions);
    else await putBack(at, journal, act, record, interruptions);
  }
}

/** The owner of the device may refuse the whole update before anything is done. */
async function askOwner(
  at: Workplace,
  record: (happening: Happening) => void,
  { stop, agentStopping }: Interruptions,
): Promise<void> {
  const failure = await runHooksBefore(at, [stop, agentStopping]);
  if (failure && !stop.aborted) record({ type: 'gave_up', reason: failure.reason, message: failure.message });
}

async function runStep(
  at: Workplace,
  journal: Journal,
  act: Extract<Act, { type: 'run_step' }>,
  record: (happening: Happening) => void,
  interruptions: Interruptions,
): Promise<void> {
  const { stop, agentStopping } = interruptions;
  if (act.delay_s > 0) await pause(act.delay_s * 1000, [stop, agentStopping]);
  // What has happened meanwhile may ask for another act.
  if (stop.aborted || agentStopping.aborted) return;
  const fault = replaceConfiguration(at, journal.history);
  if (fault !== null) return record({ type: 'gave_up', reason: 'configuration_failed', message: fault });
  record({ type: 'step_started', step: act.step });
  const { uninterruptible } = stepAt(at.document.flow, act.step);
  const end = await performAct(at, act, uninterruptible ? [] : [stop, agentStopping]);
  if (end === 'needs_boot') await boot(at, journal, act.step, record, interruptions);
  else record(end === 'done' ? { type: 'step_succeeded', step: act.step } : stepFailed(act.step, end));
}

async function confirmStep(
  at: Workplace,
  act: Extract<DeviceAct, { type: 'confirm_step' }>,
  record: (happening: Happening) => void,
  { stop, agentStopping }: Interruptions,
): Promise<void> {
  const end = await performAct(at, act, [stop, agentStopping]);
  record(end instanceof StepFailure ? stepFailed(act.step, end) : { type: 'step_succeeded', step: act.step });
}

/** Undoes a step, or runs the flow's rollback: both go on whatever failed before. */
async function putBack(
  at: Workplace,
  journal: Journal,
  act: Extract<DeviceAct, { type: 'undo_step' | 'confirm_undo' | 'roll_back' }>,
  record: (happening: Happening) => void,
  interruptions: Interruptions,
): Promise<void> {
  // Where that fails, the result says so.
  putConfigurationBack(at);
  if (act.type === 'undo_step') record({ type: 'undo_started', step: act.step });
  if (act.type === 'roll_back') record({ type: 'rollback_started' });
  const end = await performAct(at, act, [interruptions.agentStopping]);
  if (end === 'needs_boot' && act.type === 'undo_step') return boot(at, journal, act.step, record, interruptions);
  const result = end instanceof StepFailure ? { done: false, message: end.message } : { done: true, message: null };
  record(act.type === 'roll_back' ? { type: 'rolled_back', ...result } : { type: 'undone', step: act.step, ...result });
}

/**
 * Has the device boot, and waits for the end of this agent; the next one goes on. An abort does not keep a device from
 * booting that may be going down already: it is heeded after the boot.
 */
async function boot(
  at: Workplace,
  journal: Journal,
  step: number | null,
  record: (happening: Happening) => void,
  { agentStopping }: Interruptions,
): Promise<void> {
  record({ type: 'boot_requested', step, boot_id: at.boot.id() });
  const fault = await at.boot.request(agentStopping);
  if (fault === null) await pause(bootWithinS * 1000, [agentStopping]);
  agentStopping.throwIfAborted();
  const message = fault ?? `The device did not boot within ${bootWithinS / 60} minutes.`;
  record(bootFailure(journal.history, step, message));
}

/** Time that a device may take to shut its services down. */
export const bootWithinS = 15 * 60;

async function finish(
  at: Workplace,
  history: History,
  result: Finished,
  record: (happening: Happening) => void,
  { agentStopping }: Interruptions,
): Promise<void> {
  const fault = result.event === 'succeeded' ? null : putConfigurationBack(at);
  const notUndone = fault === null ? [] : [{ step: 'configuration', done: false, message: fault }];
  // Before the result is written down: after a power cut in the middle it comes again, and nothing can change the result.
  // Settling that ends the agent each time would keep the result back for ever.
  if (!isInBootLoop(history)) await settleSteps(at, history, [agentStopping]);
  record({ ...result, undone: [...result.undone, ...notUndone] });
}

async function settleSteps(at: Workplace, history: History, signals: AbortSignal[]): Promise<void> {
  for (const [step, { uses }] of at.document.flow.steps.entries()) {
    if (settlingTypes.has(uses) && isBegun(history, step)) await performAct(at, { type: 'settle_step', step }, signals);
  }
}

/** Puts the update's configuration in place before its first step; gives why it cannot be. */
function replaceConfiguration(at: Workplace, history: History): string | null {
  const { configuration } = at.document;
  if (configuration === null || history.some(({ type }) => type === 'step_started')) return null;
  return faultOf(() => at.configuration.replace(configuration, at.folder), 'The configuration cannot be written');
}

function putConfigurationBack(at: Workplace): string | null {
  return faultOf(() => at.configuration.putBack(at.folder), 'The previous configuration cannot be put back');
}

function faultOf(work: () => void, what: string): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return `${what}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** An agent that was killed has left its step running: nothing else may happen beside it. */
async function endInterruptedAct(at: Workplace, history: History): Promise<void> {
  const act = openAct(history);
  if (act) await endLeftovers(markerOf(at, act), notedCommand(keepFolderOf(at.folder, act)));
}

function openAct(history: History): DeviceAct | null {
  const deed = lastDeed(history);
  if (deed?.type === 'step_started') return { type: 'run_step', step: deed.step, delay_s: 0 };
  if (deed?.type === 'undo_started') return { type: 'undo_step', step: deed.step };
  if (deed?.type === 'booted' && deed.step !== null) {
    return { type: isUndoBegun(history, deed.step) ? 'confirm_undo' : 'confirm_step', step: deed.step };
  }
  return deed?.type === 'rollback_started' ? { type: 'roll_back' } : null;
}

function stepFailed(step: number, failure: StepFailure): Happening {
  const { reason, message, exitCode } = failure;
  return { type: 'step_failed', step, reason, message, exit_code: exitCode };
}

function resultOf(history: History): Finished {
  const last = history.at(-1);
  if (last?.type !== 'finished') throw new Error('The update has no result yet');
  return last;
}
