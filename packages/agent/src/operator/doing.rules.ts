import type { FlowDocument } from '@tideway/protocol';
import { failuresOf, lastDeed } from '../update/history.rules.ts';
import type { DatedHappening } from '../update/report.rules.ts';

/** What an update is at. */
export type Doing = {
  flow: string | null;
  /** Number of the step from 1 that it is at or was at last; null before the first. */
  step: number | null;
  step_name: string | null;
  steps: number | null;
  /** In words: `at step 2 of 5, "Migrate"`. */
  doing: string;
  /** Since when; null where nothing has happened yet. */
  since: string | null;
};

/** @param history with the device's clock */
export function doingOf(flow: FlowDocument | null, history: readonly DatedHappening[]): Doing {
  const deed = lastDeed(history);
  const index = deed && 'step' in deed ? deed.step : null;
  const name = index === null ? null : (flow?.steps[index]?.name ?? null);
  return {
    flow: flow?.name ?? null,
    step: index === null ? null : index + 1,
    step_name: name,
    steps: flow?.steps.length ?? null,
    doing: inWords(flow, history, placeOf(flow, index, name)),
    since: history.at(-1)?.at ?? null,
  };
}

function inWords(flow: FlowDocument | null, history: readonly DatedHappening[], place: string): string {
  const deed = lastDeed(history);
  const isStopping = history.some(({ type }) => type === 'stop_requested') ? ', to be stopped' : '';
  switch (deed?.type) {
    case undefined:
      return `about to begin${isStopping}`;
    case 'step_started':
      return `at ${place}${isStopping}`;
    case 'step_succeeded':
      return `done with ${place}${isStopping}`;
    case 'step_failed':
      return `${failureOf(flow, history, deed.step)}${place}${isStopping}`;
    case 'step_interrupted':
      return `about to repeat ${place}`;
    case 'boot_requested':
      return `waiting for the device to boot${deed.step === null ? '' : `, in ${place}`}`;
    case 'booted':
      return `looking at what the boot has brought${deed.step === null ? '' : `, in ${place}`}`;
    case 'undo_started':
      return `undoing ${place}`;
    case 'undone':
      return `done with undoing ${place}`;
    case 'rollback_started':
      return 'at the rollback';
    case 'rolled_back':
      return 'done with the rollback';
    case 'gave_up':
      return 'given up';
    case 'finished':
      return `finished: ${deed.event}`;
    default:
      return 'at its update';
  }
}

function failureOf(flow: FlowDocument | null, history: readonly DatedHappening[], step: number): string {
  const tries = failuresOf(history, step);
  const { attempts, delay_s } = flow?.steps[step]?.retry ?? { attempts: 1, delay_s: 0 };
  if (tries >= attempts) return 'failed in ';
  // A pause begins anew where the agent was started in it.
  const fromMs = Date.parse(history.at(-1)?.at ?? '');
  const until = Number.isNaN(fromMs) ? '' : ` until ${new Date(fromMs + delay_s * 1000).toISOString()}`;
  return `waiting${until} for try ${tries + 1} of ${attempts} of `;
}

function placeOf(flow: FlowDocument | null, index: number | null, name: string | null): string {
  if (index === null || flow === null) return '';
  return `step ${index + 1} of ${flow.steps.length}, ${JSON.stringify(name)}`;
}
