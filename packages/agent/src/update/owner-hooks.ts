import { type HookKind, hasHooks, runHooks } from '../operator/hooks.ts';
import { StepFailure } from '../steps/step.ts';
import { killMarked, markerName } from '../system/leftover-processes.ts';
import type { Finished } from './history.rules.ts';
import type { Journal } from './journal.ts';
import { AgentStopping, markerOf, updateEnvironment, type Workplace } from './perform-act.ts';

/**
 * Runs what the owner of the device wants to have run before an update; null where the update may begin. An agent that
 * was killed meanwhile runs it again, and gives the update up in the end.
 */
export async function runHooksBefore(at: Workplace, signals: AbortSignal[]): Promise<StepFailure | null> {
  return runAll(at, 'before-update', {}, signals);
}

/**
 * Runs what the owner wants to have run after an update, which its failure does not change. Once: a hook may end the
 * agent on purpose, and would do so for ever.
 */
export async function runHooksAfter(
  at: Workplace,
  journal: Journal,
  result: Finished,
  signals: AbortSignal[],
): Promise<void> {
  if (journal.areHooksAfterBegun) return killMarked(markerOf(at, { type: 'after-update' }));
  if (!hasHooks('after-update', at.root)) return;
  journal.noteHooksAfter();
  const told = { TIDEWAY_STATUS: statuses[result.event], TIDEWAY_REASON: result.reason ?? '' };
  await runAll(at, 'after-update', told, signals);
}

const statuses = { succeeded: 'success', failed: 'failed', stopped: 'aborted' } as const;

async function runAll(
  at: Workplace,
  kind: HookKind,
  told: Record<string, string>,
  signals: AbortSignal[],
): Promise<StepFailure | null> {
  if (!hasHooks(kind, at.root)) return null;
  const marker = markerOf(at, { type: kind });
  await killMarked(marker);
  const { name: app, version } = at.document.app ?? { name: '', version: '' };
  const of = { TIDEWAY_FLOW: at.document.flow.name, TIDEWAY_APP: app, TIDEWAY_APP_VERSION: version };
  const environment = { ...at.environment, ...updateEnvironment(at), ...of, ...told, [markerName]: marker };
  const part = at.output.openPart(`Hooks: ${kind}`);
  try {
    await runHooks(kind, { root: at.root, environment, output: part.write, signals });
    part.end(true);
    return null;
  } catch (error) {
    if (error instanceof AgentStopping) throw error;
    const failure = error instanceof StepFailure ? error : new StepFailure('hook_failed', String(error));
    part.write(`${failure.message}\n`);
    part.end(false);
    return failure;
  }
}
