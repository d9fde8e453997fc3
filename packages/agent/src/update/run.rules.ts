import type { FlowDocument, Step, StepType } from '@tideway/protocol';

/** What has happened in an update so far, in order. The journal keeps it; everything else follows from it. */
export type Happening =
  | { type: 'step_started'; step: number }
  | { type: 'step_succeeded'; step: number }
  | { type: 'step_failed'; step: number; reason: string; message: string; exit_code: number | null }
  /** The agent or the device stopped in the middle of a step that may be run again. */
  | { type: 'step_interrupted'; step: number }
  | { type: 'stop_requested'; by: 'abort' | 'time_limit' }
  | { type: 'undo_started'; step: number }
  | { type: 'undone'; step: number; done: boolean; message: string | null }
  | { type: 'rollback_started' }
  | { type: 'rolled_back'; done: boolean; message: string | null }
  | Finished;

/** The result of the whole update. */
export type Finished = {
  type: 'finished';
  event: 'succeeded' | 'failed' | 'stopped';
  /** The step that decided it, where one did. */
  step: number | null;
  reason: string | null;
  message: string | null;
  exit_code: number | null;
  undone: { step: string; done: boolean; message: string | null }[];
};

/** What to do next. */
export type Act =
  | { type: 'run_step'; step: number; delay_s: number }
  | { type: 'undo_step'; step: number }
  | { type: 'roll_back' }
  | { type: 'finish'; result: Finished }
  | { type: 'close' };

/** A step or an undoing that stops the agent each time must not do so for ever. */
const maxInterruptions = 3;

/** Types that leave the same state however often they are run. */
const naturallyRepeatable: ReadonlySet<StepType> = new Set(['files', 'download-artifact', 'check']);

/**
 * The next act after all that has happened. An act that was begun must have ended: see `settleInterrupted`.
 * @param restoring step types that can put back what they changed
 */
export function nextAct(flow: FlowDocument, history: readonly Happening[], restoring: ReadonlySet<StepType>): Act {
  if (history.at(-1)?.type === 'finished') return { type: 'close' };
  const course = courseOf(flow, history);
  if (course.type === 'going_on') return { type: 'run_step', step: course.step, delay_s: course.delay_s };
  if (course.type === 'succeeded') return { type: 'finish', result: success(flow, history) };

  const due = stepsToUndo(flow, history, course.failedStep, restoring).find((step) => !isUndone(history, step));
  if (due !== undefined) return { type: 'undo_step', step: due };
  if (rollbackIsDue(flow, history, course.failedStep)) return { type: 'roll_back' };
  return { type: 'finish', result: failure(flow, history, course) };
}

/** What an act that was begun and never ended counts as; null where it is simply done again. */
export function settleInterrupted(flow: FlowDocument, history: readonly Happening[]): Happening | null {
  const last = history.findLast((happening) => happening.type !== 'stop_requested');
  if (last?.type === 'step_started') return settleStep(flow, history, last.step);
  const tooOften = history.filter((happening) => isSameBeginning(happening, last)).length >= maxInterruptions;
  const message = `Interrupted ${maxInterruptions} times: the agent or the device stopped in the middle.`;
  if (last?.type === 'undo_started' && tooOften) return { type: 'undone', step: last.step, done: false, message };
  if (last?.type === 'rollback_started' && tooOften) return { type: 'rolled_back', done: false, message };
  return null;
}

/** How often a step has failed so far. */
function failuresOf(history: readonly Happening[], step: number): number {
  return history.filter((happening) => happening.type === 'step_failed' && happening.step === step).length;
}

type Ending = { type: 'failed' | 'abort' | 'time_limit'; failedStep: number | null };
type Course = { type: 'going_on'; step: number; delay_s: number } | { type: 'succeeded' } | Ending;

function courseOf(flow: FlowDocument, history: readonly Happening[]): Course {
  const lastAt = history.findLastIndex(isOfStep);
  const last = history[lastAt];
  const stopAt = history.findIndex((happening) => happening.type === 'stop_requested');
  const stop = stopBy(history[stopAt]);
  if (!last || !isOfStep(last)) return stop ? { type: stop, failedStep: null } : goOn(0);
  if (last.type === 'step_succeeded') return after(flow, last.step, stop);
  if (last.type !== 'step_failed') return stop ? { type: stop, failedStep: last.step } : goOn(last.step);

  // A step that was stopped has failed for good: neither `retry` nor `ignore` applies.
  if (stop && stopAt < lastAt) return { type: stop, failedStep: last.step };
  const { retry, on_failure } = stepAt(flow, last.step);
  if (failuresOf(history, last.step) < retry.attempts) {
    return stop ? { type: stop, failedStep: last.step } : goOn(last.step, retry.delay_s);
  }
  return on_failure.ignore ? after(flow, last.step, stop) : { type: 'failed', failedStep: last.step };
}

function after(flow: FlowDocument, step: number, stop: 'abort' | 'time_limit' | null): Course {
  if (step === flow.steps.length - 1) return { type: 'succeeded' };
  return stop ? { type: stop, failedStep: null } : goOn(step + 1);
}

function goOn(step: number, delay_s = 0): Course {
  return { type: 'going_on', step, delay_s };
}

function stepsToUndo(
  flow: FlowDocument,
  history: readonly Happening[],
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

function rollbackIsDue(flow: FlowDocument, history: readonly Happening[], failedStep: number | null): boolean {
  if (flow.rollback === null || !history.some(isOfStep)) return false;
  if (history.some((happening) => happening.type === 'rolled_back')) return false;
  return failedStep === null || stepAt(flow, failedStep).on_failure.run_rollback;
}

function settleStep(flow: FlowDocument, history: readonly Happening[], index: number): Happening {
  const step = stepAt(flow, index);
  const interruptions = history.filter((one) => one.type === 'step_interrupted' && one.step === index).length;
  const isStopped = history.at(-1)?.type === 'stop_requested';
  const mayRunAgain = step.repeatable || naturallyRepeatable.has(step.uses);
  if (mayRunAgain && !isStopped && interruptions < maxInterruptions) return { type: 'step_interrupted', step: index };
  const message = 'The agent or the device stopped in the middle of this step.';
  return { type: 'step_failed', step: index, reason: 'interrupted', message, exit_code: null };
}

function success(flow: FlowDocument, history: readonly Happening[]): Finished {
  const ignored = flow.steps.filter(
    (step, index) =>
      failuresOf(history, index) >= step.retry.attempts &&
      !history.some((happening) => happening.type === 'step_succeeded' && happening.step === index),
  );
  const names = ignored.map((step) => `"${step.name}"`).join(', ');
  const message = ignored.length === 0 ? null : `Failed, and ignored as the flow says: ${names}.`;
  return { type: 'finished', event: 'succeeded', step: null, reason: null, message, exit_code: null, undone: [] };
}

function failure(flow: FlowDocument, history: readonly Happening[], { type, failedStep }: Ending): Finished {
  const fault = history.findLast((one) => one.type === 'step_failed' && one.step === failedStep);
  const detail = fault?.type === 'step_failed' ? fault : null;
  const name = failedStep === null ? null : stepAt(flow, failedStep).name;
  const reasons = { failed: detail?.reason ?? 'step_failed', abort: 'stopped', time_limit: 'timed_out' };
  const messages = {
    failed: `Step "${name}" failed: ${detail?.message ?? ''}`,
    abort: name === null ? 'Stopped between two steps.' : `Stopped in step "${name}".`,
    time_limit: `The update took longer than its time limit${name === null ? '' : `, in step "${name}"`}.`,
  };
  return {
    type: 'finished',
    event: type === 'abort' ? 'stopped' : 'failed',
    step: failedStep,
    reason: reasons[type],
    message: messages[type],
    exit_code: detail?.exit_code ?? null,
    undone: undoings(flow, history),
  };
}

function undoings(flow: FlowDocument, history: readonly Happening[]): Finished['undone'] {
  return history.flatMap((happening) => {
    if (happening.type === 'undone') {
      return [{ step: stepAt(flow, happening.step).name, done: happening.done, message: happening.message }];
    }
    if (happening.type === 'rolled_back') {
      return [{ step: 'rollback', done: happening.done, message: happening.message }];
    }
    return [];
  });
}

type OfStep = Extract<Happening, { type: 'step_started' | 'step_succeeded' | 'step_failed' | 'step_interrupted' }>;

function isOfStep(happening: Happening): happening is OfStep {
  return happening.type.startsWith('step_');
}

function isBegun(history: readonly Happening[], step: number): boolean {
  return history.some((happening) => happening.type === 'step_started' && happening.step === step);
}

function isUndone(history: readonly Happening[], step: number): boolean {
  return history.some((happening) => happening.type === 'undone' && happening.step === step);
}

function isSameBeginning(one: Happening, other: Happening | undefined): boolean {
  if (one.type === 'undo_started') return other?.type === 'undo_started' && one.step === other.step;
  return one.type === 'rollback_started' && other?.type === 'rollback_started';
}

function stopBy(happening: Happening | undefined): 'abort' | 'time_limit' | null {
  return happening?.type === 'stop_requested' ? happening.by : null;
}

function stepAt(flow: FlowDocument, index: number): Step {
  const step = flow.steps[index];
  if (!step) throw new RangeError(`The flow has no step ${index}`);
  return step;
}
