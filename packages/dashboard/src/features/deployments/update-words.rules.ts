import type { Update, UpdateDetails } from '@tideway/protocol';

/** Why a pending update waits, in words. */
const waitingWords: Record<NonNullable<Update['waiting_for']>, string> = {
  scheduled: 'Waits for its time',
  paused: 'The deployment is paused',
  failure_limit: 'Too many have failed: about to end',
  expired: 'Its time is over: about to end',
  offline: 'The device is offline',
  held: 'The device is held: it may be a copy',
  needs_approval: 'The device awaits approval',
  blocked: 'The update trigger is on',
  busy: 'The device is at another update',
  ready: 'The device may begin',
};

/** Where an update is, or why it ended, in one line. */
export function standingText(update: Update): string {
  const { status, waiting_for, step, message, reason, abort_requested_at } = update;
  if (status === 'pending') return waiting_for === null ? '' : waitingWords[waiting_for];
  if (status === 'in_progress') {
    if (abort_requested_at === null) return step === null ? 'Started' : stepText(step);
    return step === null ? 'Asked to stop' : `Asked to stop. ${stepText(step, 'ended')}`;
  }
  if (status === 'success') return '';
  const why = message ?? (reason === null ? '' : reasonText(reason));
  if (step === null || status !== 'failed' || namesStep(why, step.name)) return why;
  return `${step.name}: ${why}`;
}

/** Whether a sentence says already which step it is about. */
export function namesStep(sentence: string, step: string): boolean {
  return sentence.includes(`"${step}"`);
}

/** The step that a device is at, or spoke of last. */
function stepText({ name, status, tries }: NonNullable<Update['step']>, failedWord = 'failed'): string {
  const again = tries > 1 ? `, try ${tries}` : '';
  if (status === 'started') return `${name}${again}`;
  return status === 'success' ? `${name}: done` : `${name}: ${failedWord}${again}`;
}

const reasonWords: Record<string, string> = {
  by_person: 'Aborted by a person',
  expired: 'Its time was over before the device began',
  superseded: 'A newer deployment replaced it',
  overtaken: 'A newer version of the app was installed meanwhile',
  failure_limit: 'Too many devices had failed',
  device_deleted: 'The device was deleted',
  unconfirmed: 'Aborted; the device did not confirm in time',
  timed_out: 'No result came within the time limit',
  step_failed: 'A step failed',
  unsupported: 'The agent cannot do what the flow asks',
};

/** A reason in words; one that only the device knows as it is. */
export function reasonText(reason: string): string {
  return reasonWords[reason] ?? reason.replaceAll('_', ' ');
}

type Step = UpdateDetails['steps'][number];

type StoppedUpdate = Pick<UpdateDetails, 'steps' | 'status' | 'failed_step' | 'abort_requested_at'>;

/** How a step is shown: one that was stopped has ended without success, and nothing was wrong with it. */
export type StepShown = Step['status'] | 'stopped';

/** The steps of an update, each with how it is shown. */
export function shownSteps(update: StoppedUpdate): [Step, StepShown][] {
  const { steps } = update;
  const stoppedAt = stoppedPlace(update);
  return steps.map((step, place) => [step, place === stoppedAt ? 'stopped' : step.status]);
}

/** The place of the step in which an abort stopped the device, or -1. */
function stoppedPlace({ steps, status, failed_step, abort_requested_at }: StoppedUpdate): number {
  if (status === 'aborted') {
    return steps.findLastIndex((step) => step.status === 'failed' && step.name === failed_step);
  }
  if (status !== 'in_progress' || abort_requested_at === null) return -1;
  const last = steps.findLastIndex((step) => step.started_at !== null);
  const { status: how, finished_at } = steps[last] ?? {};
  const hasEndedSince = !!finished_at && Date.parse(finished_at) >= Date.parse(abort_requested_at);
  return how === 'failed' && hasEndedSince ? last : -1;
}

/** How each step of an update is written. */
export const stepStatusWords: Record<StepShown, string> = {
  waiting: 'Waits',
  started: 'Running',
  success: 'Done',
  failed: 'Failed',
  stopped: 'Stopped',
  not_run: 'Not run',
};

export type LateResult = { status: string; at: string | null; message: string | null };

/** What a device said of its update when that had ended otherwise. */
export function lateResultOf({ late_result }: UpdateDetails): LateResult | null {
  if (late_result === null) return null;
  const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  return {
    status: textOf(late_result.status) ?? 'something else',
    at: textOf(late_result.at),
    message: textOf(late_result.message),
  };
}
