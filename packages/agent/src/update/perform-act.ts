import path from 'node:path';
import type { DeploymentDocument, Plan, Step } from '@tideway/protocol';
import type { HookKind } from '../operator/hooks.ts';
import { confirmStepOfType, runStepOfType, settleStepOfType, undoStepOfType } from '../steps/executors.ts';
import { runShell } from '../steps/shell.ts';
import { type StepContext, StepFailure } from '../steps/step.ts';
import type { DeviceBoot } from '../system/device-boot.ts';
import { makePrivateFolder } from '../system/durable-file.ts';
import { hasCode } from '../system/files.ts';
import { StateNotWritable } from '../system/json-file.ts';
import { markerName } from '../system/leftover-processes.ts';
import { limitTime } from '../system/timing.ts';
import type { Configuration } from './configuration.ts';
import { type RegistryDesk, registriesOfAct } from './registries-of-act.ts';
import type { Act } from './run.rules.ts';
import { fillIn, pathFault, type Values, valueEnvironment, valuesOf } from './step-values.rules.ts';
import type { UpdateOutput } from './update-output.ts';

/** What the acts of one update work with. */
export type Workplace = {
  plan: Plan;
  document: DeploymentDocument;
  /** The update's own folder. */
  folder: string;
  /** Folder that stands for `/`. */
  root: string;
  /** What commands inherit of the agent's own environment. */
  environment: Record<string, string>;
  configuration: Configuration;
  boot: DeviceBoot;
  output: UpdateOutput;
  /** Asks the server for the credentials of a registry. */
  askForRegistry: RegistryDesk['ask'];
  artifactFetcher: (context: Pick<StepContext, 'registry' | 'signal' | 'output'>) => StepContext['fetchArtifact'];
};

/** The acts that do something on the device; settling belongs to `finish`, which is repeated as a whole. */
export type DeviceAct =
  | Extract<Act, { type: 'run_step' | 'confirm_step' | 'undo_step' | 'confirm_undo' | 'roll_back' }>
  | { type: 'settle_step'; step: number };

/** The agent itself ends: the act is broken off, and what it counts as is decided at the next start. */
export class AgentStopping extends Error {}

/** How an act ended that did not fail: it is done, or will be after the boot that it asks for. */
export type ActEnd = 'done' | 'needs_boot';

/**
 * Does one act under its own time limit, and gives how it ended, or why it failed. `signals` break it off, with a
 * StepFailure or AgentStopping as their reason; the latter is thrown.
 */
export async function performAct(at: Workplace, act: DeviceAct, signals: AbortSignal[]): Promise<ActEnd | StepFailure> {
  const task = taskOf(at, act);
  const part = at.output.openPart(task.title);
  const overtime = new StepFailure('timed_out', `It took longer than its time limit of ${task.timeoutS} s.`);
  return limitTime({ ms: task.timeoutS * 1000, overtime, signals }, async (signal) => {
    try {
      let end: ActEnd = 'done';
      const askForBoot = () => {
        end = 'needs_boot';
      };
      await task.work({ ...contextOf(at, act, task, signal, part.write), askForBoot });
      part.end(true);
      return end;
    } catch (error) {
      if (signal.reason instanceof AgentStopping) throw signal.reason;
      const failure = failureOf(error, signal, at.output);
      part.write(`${failure.message}\n`);
      part.end(false);
      return failure;
    }
  });
}

/**
 * Marks the processes of an act, so that they are found wherever they went. Several devices may share a machine, and
 * several roots one view of its processes: neither the device nor its folder alone tells them apart.
 */
export function markerOf({ plan, folder }: Workplace, act: DeviceAct | { type: HookKind }): string {
  return `${plan.device.id}:${folder}/${act.type}${'step' in act ? `/${act.step}` : ''}`;
}

/** What every command of an update finds in its environment. */
export function updateEnvironment({ root, configuration, plan, document }: Workplace): Record<string, string> {
  return {
    TIDEWAY_ROOT: root,
    TIDEWAY_CONFIG: configuration.file,
    TIDEWAY_DEVICE_ID: plan.device.id,
    TIDEWAY_DEVICE_NAME: plan.device.name,
    TIDEWAY_DEPLOYMENT_ID: document.deployment_id,
  };
}

/** Where an act keeps what it needs later; running and undoing a step share it. */
export function keepFolderOf(updateFolder: string, act: DeviceAct): string {
  return path.join(updateFolder, 'steps', act.type === 'roll_back' ? 'rollback' : String(act.step));
}

type Task = {
  title: string;
  timeoutS: number;
  values: Values;
  env: Record<string, string>;
  work: (context: StepContext) => Promise<void>;
};

function taskOf(at: Workplace, act: DeviceAct): Task {
  if (act.type === 'roll_back') return rollbackTask(at);
  const step = at.document.flow.steps[act.step];
  if (!step) throw new RangeError(`The flow has no step ${act.step}`);
  // Undoing sees the values that the step saw, also when the previous configuration is back in place.
  const values = valuesOf(at.plan, at.document, at.document.configuration ?? at.configuration.read());
  const { title, work } = kinds[act.type];
  return {
    title: `${title}${step.name}`,
    timeoutS: act.type === 'settle_step' ? Math.min(step.timeout_s, settleWithinS) : step.timeout_s,
    values,
    env: step.env,
    work: async (context) => work(filledStep(step, values), context),
  };
}

/** The result of the update waits for it. */
const settleWithinS = 5 * 60;

const kinds = {
  run_step: { title: '', work: runStepOfType },
  confirm_step: { title: 'After the boot: ', work: (step, context) => confirmStepOfType(step, context, 'run') },
  undo_step: { title: 'Undo: ', work: undoStepOfType },
  settle_step: { title: 'Settle: ', work: settleStepOfType },
  confirm_undo: { title: 'Undo, after the boot: ', work: (step, context) => confirmStepOfType(step, context, 'undo') },
} satisfies Record<string, { title: string; work: (step: Step, context: StepContext) => Promise<void> }>;

function rollbackTask(at: Workplace): Task {
  const { rollback } = at.document.flow;
  if (rollback === null) throw new RangeError('The flow has no rollback');
  const values = valuesOf(at.plan, at.document, at.configuration.read());
  return {
    title: 'Rollback',
    timeoutS: rollback.timeout_s,
    values,
    env: {},
    work: async (context) => runShell(filled(rollback, values), context),
  };
}

function contextOf(
  at: Workplace,
  act: DeviceAct,
  task: Task,
  signal: AbortSignal,
  output: (text: string) => void,
): Omit<StepContext, 'askForBoot'> {
  const keepFolder = keepFolderOf(at.folder, act);
  makePrivateFolder(keepFolder);
  const hide = (secrets: string[]) => at.output.hide(secrets);
  const registry = registriesOfAct({ ask: at.askForRegistry, hide, output, signal });
  return {
    root: at.root,
    origin: originOf(at, act),
    keepFolder,
    environment: {
      ...at.environment,
      ...valueEnvironment(task.values),
      ...filled(task.env, task.values),
      ...updateEnvironment(at),
      [markerName]: markerOf(at, act),
    },
    fetchArtifact: at.artifactFetcher({ registry, signal, output }),
    registry,
    output,
    signal,
  };
}

function originOf({ plan, document }: Workplace, act: DeviceAct): StepContext['origin'] {
  const step = act.type === 'roll_back' ? null : act.step;
  return { device: plan.device.id, flow: document.flow_id, update: plan.update_id, step };
}

/** The step with all values in place; what they make of its paths is checked again, since devices name themselves. */
function filledStep(step: Step, values: Values): Step {
  const ready = filled(step, values);
  const faults = pathsOf(ready).map(pathFault);
  const fault = faults.find((one) => one !== null);
  if (fault) throw new StepFailure('invalid_value', fault);
  return ready;
}

function pathsOf(step: Step): string[] {
  if (step.uses === 'files' || step.uses === 'download-artifact' || step.uses === 'git') return [step.with.path];
  if (step.uses === 'compose' && step.with.path !== null) return [step.with.path];
  return step.uses === 'check' && step.with.probe.kind === 'file' ? [step.with.probe.path] : [];
}

function filled<T>(template: T, values: Values): T {
  const { filled, unknown } = fillIn(template, values);
  if (unknown.length > 0) throw new StepFailure('missing_value', `There is no value for ${unknown.join(', ')}.`);
  return filled;
}

function failureOf(error: unknown, signal: AbortSignal, output: UpdateOutput): StepFailure {
  const cause = signal.reason instanceof StepFailure && !saysMore(error, signal.reason) ? signal.reason : error;
  const message = output.masked(cause instanceof Error ? cause.message : String(cause));
  if (cause instanceof StepFailure) return new StepFailure(cause.reason, message, cause.exitCode);
  if (cause instanceof StateNotWritable) return new StepFailure(cause.reason, message);
  if (hasCode(cause, 'ENOSPC', 'EDQUOT')) return new StepFailure('no_room', `The disk is full: ${message}.`);
  if (hasCode(cause, 'EROFS')) return new StepFailure('read_only', `The file system is read-only: ${message}.`);
  return new StepFailure('step_failed', message);
}

/** Whether a failure tells why the act was broken off, and what came of that. */
function saysMore(error: unknown, reason: StepFailure): boolean {
  return error instanceof StepFailure && error.reason === reason.reason && error.message.startsWith(reason.message);
}
