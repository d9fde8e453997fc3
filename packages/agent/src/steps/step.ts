import type { PlanArtifact, RegistryCredentials, Step, StepType } from '@tideway/protocol';

/** What a step may use while it runs or is undone. */
export type StepContext = {
  /** Folder that stands for `/`; every path of a step is taken below it. */
  root: string;
  /** The whole environment of the step's commands: the agent's own, the step's `env` and the inputs. */
  environment: Record<string, string>;
  /** Which step of which update this is: the same whenever it is repeated, undone or settled. */
  origin: StepOrigin;
  /** A folder of this step alone, kept until the update has ended: what `undo` needs is put here before it is needed. */
  keepFolder: string;
  /** A verified local copy of one of the plan's artifacts, by its path, and the registry that has it; not to be changed. */
  fetchArtifact: (path: string, registry?: string | null) => Promise<FetchedArtifact>;
  /** What the server keeps under the name of a registry; only in memory, never to be written to the disk. */
  registry: (name: string) => Promise<RegistryCredentials>;
  /** Has the device boot when the act has ended; only after the boot, and `confirm`, it counts as done. */
  askForBoot: () => void;
  /** Adds to the output that is kept with the update. */
  output: (text: string) => void;
  /** Aborted when the step's time is over or when an abort stops it; its `reason` is a StepFailure. */
  signal: AbortSignal;
};

export type { RegistryCredentials };

/** Names a step across updates (`device`, `flow` and its own name) and within one (`update` and `step`). */
export type StepOrigin = { device: string; flow: string; update: string; step: number | null };

export type FetchedArtifact = PlanArtifact & { file: string };

/** Carries out one type of step. Its acts throw StepFailure for what a person should read. */
export type StepExecutor<Type extends StepType> = {
  /** Whether this device has what such steps need; absent where every device has. */
  isPossible?: (environment: Record<string, string>) => boolean;
  /** What of this type the device can do, where some devices can do a part of it alone. */
  kinds?: (environment: Record<string, string>) => string[];
  run: (step: StepOf<Type>, context: StepContext) => Promise<void>;
  /** Puts back what `run` changed, also when `run` broke off in its middle; absent where there is nothing to restore. */
  undo?: (step: StepOf<Type>, context: StepContext) => Promise<void>;
  /**
   * When nothing can be undone any more, at the end of an update in which the step was begun: removes what was only kept
   * for `undo`, and leaves nothing half done. Safe to repeat; a failure changes no result.
   */
  settle?: (step: StepOf<Type>, context: StepContext) => Promise<void>;
  /** After the boot that `run` or `undo` has asked for: throws where it did not bring what it should. Safe to repeat. */
  confirm?: (step: StepOf<Type>, context: StepContext, after: 'run' | 'undo') => Promise<void>;
};

export type StepOf<Type extends StepType> = Extract<Step, { uses: Type }>;

/** Why a step could not be done, in one sentence for people and one stable word for programs. */
export class StepFailure extends Error {
  readonly reason: string;
  readonly exitCode: number | null;

  constructor(reason: string, message: string, exitCode: number | null = null) {
    super(message);
    this.reason = reason;
    this.exitCode = exitCode;
  }
}
