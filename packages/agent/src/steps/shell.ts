import path from 'node:path';
import type { Step } from '@tideway/protocol';
import { writeDurably } from '../system/durable-file.ts';
import { DamagedState, jsonFile } from '../system/json-file.ts';
import { type ProcessIdentity, processIdentitySchema } from '../system/process-identity.ts';
import { type StepContext, StepFailure } from './step.ts';
import { runStepCommand } from './step-command.ts';

export type ShellScript = Extract<Step, { uses: 'run' }>['with'];

/** Runs a script in the root folder until it ends. Throws StepFailure unless its exit code is 0. */
export async function runShell({ shell, script }: ShellScript, context: StepContext): Promise<void> {
  // As a file, not as an argument: arguments are limited in length, and everybody on the device can list them.
  const file = path.join(context.keepFolder, 'script');
  writeDurably(file, script);
  await runScriptFile({ shell, file, arguments: [] }, context);
}

export type ScriptFile = { shell: ShellScript['shell']; file: string; arguments: string[] };

/** Runs a file with a shell, in the root folder, until it ends. Throws StepFailure unless its exit code is 0. */
export async function runScriptFile(script: ScriptFile, context: StepContext): Promise<void> {
  const end = await runStepCommand({
    program: programs[script.shell],
    arguments: [script.file, ...script.arguments],
    folder: context.root,
    environment: context.environment,
    output: context.output,
    signal: context.signal,
    onStarted: (leader) => noteCommand(context.keepFolder, leader),
  });
  if (end.killedBy !== null) throw new StepFailure('command_failed', `The command was killed by ${end.killedBy}.`);
  if (end.exitCode !== 0) throw commandFailure(end.exitCode ?? 1);
}

/** Writes down which command runs, so that the next agent can end it. */
export function noteCommand(keepFolder: string, leader: ProcessIdentity): void {
  noteFile(keepFolder).write(leader);
}

/** The command that was last started with this keep folder: an agent that was killed may have left it running. */
export function notedCommand(keepFolder: string): ProcessIdentity | null {
  try {
    return noteFile(keepFolder).read();
  } catch (error) {
    // Its processes are found by their mark as well: no reason to refuse to start.
    if (error instanceof DamagedState) return null;
    throw error;
  }
}

const programs: Record<ShellScript['shell'], string> = { sh: '/bin/sh', bash: 'bash', python3: 'python3' };

function noteFile(keepFolder: string) {
  return jsonFile(path.join(keepFolder, 'process.json'), processIdentitySchema);
}

function commandFailure(exitCode: number): StepFailure {
  return new StepFailure('command_failed', `The command ended with exit code ${exitCode}.`, exitCode);
}
