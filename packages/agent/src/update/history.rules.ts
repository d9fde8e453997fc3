import type { FlowDocument, Step } from '@tideway/protocol';

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
  /** The device was asked to boot; `boot_id` is that of the boot before. A `step` of null is `reboot-after-update`. */
  | { type: 'boot_requested'; step: number | null; boot_id: string }
  | { type: 'booted'; step: number | null }
  /** The update as a whole cannot go on, and no step is to blame. */
  | { type: 'gave_up'; reason: string; message: string }
  /** The agent has started again in the middle of the update. */
  | { type: 'agent_started' }
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

export type History = readonly Happening[];

type OfStep = Extract<Happening, { type: 'step_started' | 'step_succeeded' | 'step_failed' | 'step_interrupted' }>;

export function isOfStep(happening: Happening | undefined): happening is OfStep {
  return happening?.type.startsWith('step_') ?? false;
}

/** The last thing that was done or begun: neither a wish to stop nor a start of the agent is either. */
export function lastDeed(history: History): Happening | undefined {
  return history.findLast(({ type }) => type !== 'stop_requested' && type !== 'agent_started');
}

/** Whether nothing was begun yet, and nothing ends it before it begins. */
export function isUntouched(history: History): boolean {
  return history.every(({ type }) => type === 'agent_started');
}

/** How often a step has failed so far. */
export function failuresOf(history: History, step: number): number {
  return history.filter((one) => one.type === 'step_failed' && one.step === step).length;
}

export function isBegun(history: History, step: number): boolean {
  return history.some((one) => one.type === 'step_started' && one.step === step);
}

export function isUndoBegun(history: History, step: number): boolean {
  return history.some((one) => one.type === 'undo_started' && one.step === step);
}

export function isUndone(history: History, step: number): boolean {
  return history.some((one) => one.type === 'undone' && one.step === step);
}

export function isStopRequested(history: History): boolean {
  return history.some(({ type }) => type === 'stop_requested');
}

/** How often the agent has started since anything was done. */
export function startsWithoutProgress(history: History): number {
  const lastAt = history.findLastIndex(({ type }) => type !== 'stop_requested' && type !== 'agent_started');
  return history.slice(lastAt + 1).filter(({ type }) => type === 'agent_started').length;
}

export function stepAt(flow: FlowDocument, index: number): Step {
  const step = flow.steps[index];
  if (!step) throw new RangeError(`The flow has no step ${index}`);
  return step;
}
