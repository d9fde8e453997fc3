import type { FlowDocument, StepType } from '@tideway/protocol';
import {
  type Happening,
  type History,
  isBegun,
  isStopRequested,
  lastDeed,
  startsWithoutProgress,
  stepAt,
} from './history.rules.ts';
import { nextAct } from './run.rules.ts';

/** What the agent that starts knows beside the journal. */
export type Restart = {
  /** The boot that the agent runs in. */
  bootId: string;
  /** Step types that can put back what they changed. */
  restoring: ReadonlySet<StepType>;
};

/** Where an update can stand when the agent or the device stops. */
export type Standing =
  | 'between_acts'
  | 'in_repeatable_step'
  | 'in_other_step'
  | 'waiting_for_boot'
  | 'after_boot'
  | 'undoing'
  | 'rolling_back'
  | 'finished';

/** What an interruption means, for people; docs/agent.md shows these. */
export type Meaning = { means: string; because: string };

/** How often something may be interrupted before it is given up: nothing goes round in a circle for ever. */
export const maxTries = 3;

/** The one decided meaning of each standing after a restart of the agent or the device. */
export const meanings: Record<Standing, Meaning> = {
  between_acts: {
    means: 'The update goes on with what comes next.',
    because: 'Nothing was begun that could be half done. A pause before a retry begins anew.',
  },
  in_repeatable_step: {
    means: 'The step is run again; a download goes on at the byte. After an abort, or the third time, it has failed.',
    because: 'It leaves the same state however often it is run, or the flow says so.',
  },
  in_other_step: {
    means: 'The step has failed, as `interrupted`, and is not retried; what the flow says of failures follows.',
    because: 'A command may have done half of its work, and nobody can tell which half.',
  },
  waiting_for_boot: {
    means: 'After a boot the update goes on. Without one, the boot is asked for again; the third time it has failed.',
    because: 'Only another boot id proves a boot: a restart of the agent alone is none.',
  },
  after_boot: {
    means: 'It is looked at once more whether what should run does.',
    because: 'Looking changes nothing, and without it nothing is known of the boot.',
  },
  undoing: {
    means: 'The step is undone again; the third time it counts as not undone, and the next one follows.',
    because: 'Undoing leaves the same state however often it is done.',
  },
  rolling_back: {
    means: 'The rollback is run again; the third time it counts as not done.',
    because: 'Half a way back is worse than a way gone twice: a rollback has to bear being repeated.',
  },
  finished: {
    means: 'The result is reported again.',
    because: 'The server knows repeats, and an unknown result would be worse.',
  },
};

export function standingOf(flow: FlowDocument, history: History): Standing {
  const deed = lastDeed(history);
  switch (deed?.type) {
    case 'step_started':
      return stepAt(flow, deed.step).repeatable ? 'in_repeatable_step' : 'in_other_step';
    case 'undo_started':
      return 'undoing';
    case 'rollback_started':
      return 'rolling_back';
    case 'boot_requested':
      return 'waiting_for_boot';
    case 'booted':
      return 'after_boot';
    case 'finished':
      return 'finished';
    default:
      return 'between_acts';
  }
}

/** What an act that was begun and never ended counts as; null where it is simply done, or done again. */
export function settleInterrupted(flow: FlowDocument, history: History, restart: Restart): Happening | null {
  const deed = lastDeed(history);
  const isStuck = isInBootLoop(history);
  if (deed?.type === 'step_started') return settleStep(flow, history, deed.step);
  if (deed?.type === 'undo_started' || deed?.type === 'rollback_started') {
    return beginnings(history, deed) < maxTries && !isStuck ? null : givenUp(flow, history, restart);
  }
  if (deed?.type === 'boot_requested') {
    if (deed.boot_id !== restart.bootId) return { type: 'booted', step: deed.step };
    const message = `The device did not boot, although it was asked to ${maxTries} times.`;
    return beginnings(history, deed) < maxTries && !isStuck ? null : bootFailure(history, deed.step, message);
  }
  return isStuck ? givenUp(flow, history, restart) : null;
}

/** Whether the agent starts again and again without getting on. */
export function isInBootLoop(history: History): boolean {
  return startsWithoutProgress(history) >= maxTries;
}

/** What it counts as when a boot that was asked for does not come. */
export function bootFailure(history: History, step: number | null, message: string): Happening {
  const isOfUndo = history.some((one) => one.type === 'undo_started' && one.step === step);
  if (step === null) return { type: 'gave_up', reason: 'boot_failed', message };
  if (isOfUndo) return { type: 'undone', step, done: false, message };
  return { type: 'step_failed', step, reason: 'boot_failed', message, exit_code: null };
}

function settleStep(flow: FlowDocument, history: History, step: number): Happening {
  const interruptions = history.filter((one) => one.type === 'step_interrupted' && one.step === step).length;
  const mayRunAgain = standingOf(flow, history) === 'in_repeatable_step' && !isStopRequested(history);
  if (mayRunAgain && interruptions < maxTries - 1) return { type: 'step_interrupted', step };
  const message = 'The agent or the device stopped in the middle of this step.';
  return { type: 'step_failed', step, reason: 'interrupted', message, exit_code: null };
}

/**
 * What would be next has been tried too often: it counts as failed, and what follows from that is next. A result is
 * still written down: see `finish`.
 */
function givenUp(flow: FlowDocument, history: History, { restoring }: Restart): Happening | null {
  const act = nextAct(flow, history, restoring);
  const message = `Given up: the agent or the device stopped here ${maxTries} times.`;
  switch (act.type) {
    case 'run_step':
      // A step that has begun has something to undo: it is the one that fails.
      return isBegun(history, act.step) ? stepGivenUp(act.step, message) : { type: 'gave_up', reason, message };
    case 'confirm_step':
      return stepGivenUp(act.step, message);
    case 'undo_step':
    case 'confirm_undo':
      return { type: 'undone', step: act.step, done: false, message };
    case 'roll_back':
      return { type: 'rolled_back', done: false, message };
    default:
      return null;
  }
}

function stepGivenUp(step: number, message: string): Happening {
  return { type: 'step_failed', step, reason, message, exit_code: null };
}

const reason = 'boot_loop';

/** How often the last thing was begun without anything else in between. */
function beginnings(history: History, last: Happening): number {
  const deeds = history.filter(({ type }) => type !== 'stop_requested' && type !== 'agent_started');
  const otherAt = deeds.findLastIndex((deed) => deed.type !== last.type || stepOf(deed) !== stepOf(last));
  return deeds.length - 1 - otherAt;
}

function stepOf(happening: Happening): number | null {
  return 'step' in happening ? happening.step : null;
}
