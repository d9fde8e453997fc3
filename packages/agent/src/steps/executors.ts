import { type Step, type StepType, stepTypes } from '@tideway/protocol';
import { checkStep } from './check.ts';
import { composeStep } from './compose.ts';
import { debStep } from './deb.ts';
import { dockerStep } from './docker.ts';
import { downloadArtifactStep } from './download-artifact.ts';
import { filesStep } from './files.ts';
import { gitStep } from './git.ts';
import { imageStep } from './image.ts';
import { rebootStep } from './reboot.ts';
import { runStep } from './run.ts';
import { scriptStep } from './script.ts';
import type { StepContext, StepExecutor } from './step.ts';

/** The step types that this agent carries out; a new one is a new file and a line here. */
const executors: { [Type in StepType]?: StepExecutor<Type> } = {
  run: runStep,
  script: scriptStep,
  files: filesStep,
  'download-artifact': downloadArtifactStep,
  docker: dockerStep,
  compose: composeStep,
  git: gitStep,
  deb: debStep,
  image: imageStep,
  check: checkStep,
  reboot: rebootStep,
};

/** The types that can be carried out on this device as it is now, and what of them, as `image` and `image/rauc`. */
export function capabilitiesOf(environment: Record<string, string>): string[] {
  return stepTypes
    .filter((type) => executors[type] && (executors[type].isPossible?.(environment) ?? true))
    .flatMap((type) => [type, ...(executors[type]?.kinds?.(environment) ?? []).map((kind) => `${type}/${kind}`)]);
}

/** The types that can put back what they changed. */
export const restoringTypes: ReadonlySet<StepType> = new Set(stepTypes.filter((type) => executors[type]?.undo));

export function runStepOfType(step: Step, context: StepContext): Promise<void> {
  return executorOf(step.uses).run(step, context);
}

export async function undoStepOfType(step: Step, context: StepContext): Promise<void> {
  await executorOf(step.uses).undo?.(step, context);
}

/** The types that have something to settle at the end of an update. */
export const settlingTypes: ReadonlySet<StepType> = new Set(stepTypes.filter((type) => executors[type]?.settle));

export async function settleStepOfType(step: Step, context: StepContext): Promise<void> {
  await executorOf(step.uses).settle?.(step, context);
}

export async function confirmStepOfType(step: Step, context: StepContext, after: 'run' | 'undo'): Promise<void> {
  await executorOf(step.uses).confirm?.(step, context, after);
}

function executorOf<Type extends StepType>(type: Type): StepExecutor<Type> {
  const executor: StepExecutor<Type> | undefined = executors[type];
  if (!executor) throw new Error(`This agent has no steps of type ${type}`);
  return executor;
}
