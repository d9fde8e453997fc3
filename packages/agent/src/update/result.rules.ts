import type { FlowDocument } from '@tideway/protocol';
import { type Finished, failuresOf, type Happening, type History, stepAt } from './history.rules.ts';

/** Why an update does not succeed, and the step that is to blame, where one is. */
export type Ending = { type: 'failed' | 'abort' | 'time_limit'; failedStep: number | null };

export function success(flow: FlowDocument, history: History): Finished {
  const ignored = flow.steps.filter(
    (_, index) =>
      failuresOf(history, index) > 0 && !history.some((one) => one.type === 'step_succeeded' && one.step === index),
  );
  const names = ignored.map((step) => `"${step.name}"`).join(', ');
  const message = ignored.length === 0 ? null : `Failed, and ignored as the flow says: ${names}.`;
  return { type: 'finished', event: 'succeeded', step: null, reason: null, message, exit_code: null, undone: [] };
}

export function failure(flow: FlowDocument, history: History, { type, failedStep }: Ending): Finished {
  const fault = faultOf(history, failedStep);
  const name = failedStep === null ? null : stepAt(flow, failedStep).name;
  const reasons = { failed: fault?.reason ?? 'step_failed', abort: 'stopped', time_limit: 'timed_out' };
  const messages = {
    failed: name === null ? (fault?.message ?? '') : `Step "${name}" failed: ${fault?.message ?? ''}`,
    abort: name === null ? 'Stopped between two steps.' : `Stopped in step "${name}".`,
    time_limit: `The update took longer than its time limit${name === null ? '' : `, in step "${name}"`}.`,
  };
  return {
    type: 'finished',
    event: type === 'abort' ? 'stopped' : 'failed',
    step: failedStep,
    reason: reasons[type],
    message: messages[type],
    exit_code: fault?.exit_code ?? null,
    undone: undoings(flow, history),
  };
}

type Fault = { reason: string; message: string; exit_code: number | null };

function faultOf(history: History, failedStep: number | null): Fault | null {
  const isOurs = (one: Happening) => (failedStep === null ? one.type === 'gave_up' : isFailureOf(one, failedStep));
  const fault = history.findLast(isOurs);
  if (fault?.type === 'step_failed') return fault;
  return fault?.type === 'gave_up' ? { ...fault, exit_code: null } : null;
}

function isFailureOf(happening: Happening, step: number): boolean {
  return happening.type === 'step_failed' && happening.step === step;
}

function undoings(flow: FlowDocument, history: History): Finished['undone'] {
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
