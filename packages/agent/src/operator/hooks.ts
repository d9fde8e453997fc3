import path from 'node:path';
import { StepFailure } from '../steps/step.ts';
import { isExecutable } from '../system/find-program.ts';
import { CommandNotStarted, runCommand } from '../system/process.ts';
import { limitTime } from '../system/timing.ts';
import { namesIn } from './owner-folder.ts';

/** What the owner of a device has run around each update: the programs of a folder, in the order of their names. */
export type HookKind = 'before-update' | 'after-update';

/** Below the root of the device. */
export const hooksFolder = '/etc/tideway/hooks';

export type HookCall = {
  root: string;
  environment: Record<string, string>;
  output: (text: string) => void;
  signals: AbortSignal[];
};

/** Time of each program. */
const longestS = 10 * 60;

/**
 * Runs the hooks of a kind, if there are any. Throws StepFailure `hook_failed` at the first that does not end with 0, and
 * where nobody can tell which there are.
 */
export async function runHooks(kind: HookKind, { root, environment, output, signals }: HookCall): Promise<void> {
  const folder = path.join(root, hooksFolder, `${kind}.d`);
  for (const name of hooksIn(folder)) {
    if (!isExecutable(path.join(folder, name))) {
      output(`${name} is left out: it is not executable.\n`);
      continue;
    }
    output(`${name}\n`);
    const overtime = new StepFailure('hook_failed', `The hook ${name} took longer than ${longestS} s.`);
    const program = path.join(folder, name);
    const end = await limitTime({ ms: longestS * 1000, overtime, signals }, (signal) =>
      runCommand({ program, arguments: [kind], folder: root, environment, output, signal }),
    ).catch((error: unknown) => {
      if (error instanceof CommandNotStarted) throw new StepFailure('hook_failed', `${error.message}.`);
      throw error;
    });
    const fault = end.killedBy === null ? `exit code ${end.exitCode}` : end.killedBy;
    if (end.exitCode !== 0) throw new StepFailure('hook_failed', `The hook ${name} ended with ${fault}.`, end.exitCode);
  }
}

/** Whether there is something to run; a folder that cannot be read may hold something. */
export function hasHooks(kind: HookKind, root: string): boolean {
  try {
    return hooksIn(path.join(root, hooksFolder, `${kind}.d`)).length > 0;
  } catch {
    return true;
  }
}

function hooksIn(folder: string): string[] {
  try {
    return namesIn(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StepFailure('hook_failed', `The hooks in ${folder} cannot be read: ${why}.`);
  }
}
