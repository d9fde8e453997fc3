import type { FlowDocument, StepType } from '@tideway/protocol';
import {
  type Finished,
  failuresOf,
  type Happening,
  type History,
  isBegun,
  isOfStep,
  isUndoBegun,
  isUndone,
  lastDeed,
  stepAt,
} from './history.rules.ts';
import { type Ending, failure, success } from './result.rules.ts';

/** What to do next. */
export type Act =
  | { type: 'run_step'; step: number; delay_s: number }
  /** Have the device boot; a `step` of null is `reboot-after-update`. */
  | { type: 'boot'; step: number | null }
  /** See whether the boot that running (or undoing) the step asked for has brought what it should. */
  | { type: 'confirm_step'; step: number }
  | { type: 'confirm_undo'; step: number }
  | { type: 'undo_step'; step: number }
  | { type: 'roll_back' }
  | { type: 'finish'; result: Finished }
  | { type: 'close' };

/**
 * The next act after all that has happened. An act that was begun must have ended: see `settleInterrupted`.
 * @param restoring step types that can put back what they changed
 */
export function nextAct(flow: FlowDocument, history: History, restoring: ReadonlySet<StepType>): Act {
  if (history.at(-1)?.type === 'finished') return { type: 'close' };
  const deed = lastDeed(history);
  if (deed?.type === 'boot_requested') return { type: 'boot', step: deed.step };
  if (deed?.type === 'booted' && deed.step !== null && isUndoBegun(history, deed.step)) {
    return { type: 'confirm_undo', step: deed.step };
  }
  const course = courseOf(flow, history);
  if (course.type === 'going_on') return nextOfStep(history, course);
  if (course.type === 'succeeded') {
    const isBootDue = flow.reboot_after_update && deed?.type !== 'booted';
    return isBootDue ? { type: 'boot', step: null } : { type: 'finish', result: success(flow, history) };
  }
  return nextOfUndoing(flow, history, course, restoring);
}

type Course = { type: 'going_on'; step: number; delay_s: number } | { type: 'succeeded' } | Ending;

function nextOfStep(history: History, { step, delay_s }: Extract<Course, { type: 'going_on' }>): Act {
  const deed = lastDeed(history);
  if (deed?.type === 'booted' && deed.step === step) return { type: 'confirm_step', step };
  return { type: 'run_step', step, delay_s };
}

function nextOfUndoing(flow: FlowDocument, history: History, ending: Ending, restoring: ReadonlySet<StepType>): Act {
  const due = stepsToUndo(flow, history, ending.failedStep, restoring).find((step) => !isUndone(history, step));
  if (due !== undefined) return { type: 'undo_step', step: due };
  if (rollbackIsDue(flow, history, ending.failedStep)) return { type: 'roll_back' };
  return { type: 'finish', result: failure(flow, history, ending) };
}

function courseOf(flow: FlowDocument, history: History): Course {
  const lastAt = history.findLastIndex(isOfStep);
  const last = history[lastAt];
  const stopAt = history.findIndex((happening) => happening.type === 'stop_requested');
  const stop = stopBy(history[stopAt]);
  if (history.some(({ type }) => type === 'gave_up')) return { type: 'failed', failedStep: null };
  if (!isOfStep(last)) return stop ? { type: stop, failedStep: null } : goOn(0);
  if (last.type === 'step_succeeded') return after(flow, last.step, stop);
  if (last.type !== 'step_failed') return stop ? { type: stop, failedStep: last.step } : goOn(last.step);

  // A step that was stopped has failed for good: neither `retry` nor `ignore` applies.
  if (stop && stopAt < lastAt) return { type: stop, failedStep: last.step };
  const { retry, on_failure } = stepAt(flow, last.step);
  const mayBeRetried = !neverRetried.has(last.reason) && failuresOf(history, last.step) < retry.attempts;
  if (mayBeRetried) return stop ? { type: stop, failedStep: last.step } : goOn(last.step, retry.delay_s);
  return on_failure.ignore ? after(flow, last.step, stop) : { type: 'failed', failedStep: last.step };
}

/** What happened to these was not their own failure: running them once more is for `repeatable` to allow. */
const neverRetried: ReadonlySet<string> = new Set(['interrupted', 'boot_loop']);

function after(flow: FlowDocument, step: number, stop: 'abort' | 'time_limit' | null): Course {
  if (step === flow.steps.length - 1) return { type: 'succeeded' };
  return stop ? { type: stop, failedStep: null } : goOn(step + 1);
}

function goOn(step: number, delay_s = 0): Course {
  return { type: 'going_on', step, delay_s };
}

function stepsToUndo(
  flow: FlowDocument,
  history: History,
  failedStep: number | null,
  restoring: ReadonlySet<StepType>,
): number[] {
  const begun = flow.steps.map((_, index) => index).filter((index) => isBegun(history, index));
  const due = begun.filter((index) => {
    const { uses, on_failure } = stepAt(flow, index);
    const isMeant = index === failedStep || on_failure.trigger === 'any_step_failure';
    return isMeant && on_failure.revert_all_files && restoring.has(uses);
  });
  return flow.order === 'forward' ? due : due.reverse();
}

function rollbackIsDue(flow: FlowDocument, history: History, failedStep: number | null): boolean {
  if (flow.rollback === null || !history.some(isOfStep)) return false;
  if (history.some((happening) => happening.type === 'rolled_back')) return false;
  return failedStep === null || stepAt(flow, failedStep).on_failure.run_rollback;
}

function stopBy(happening: Happening | undefined): 'abort' | 'time_limit' | null {
  return happening?.type === 'stop_requested' ? happening.by : null;
}
