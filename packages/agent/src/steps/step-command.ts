import { type Command, type CommandEnd, CommandNotStarted, runCommand } from '../system/process.ts';
import { StepFailure } from './step.ts';

/** Runs a command of a step until it ends. Throws StepFailure `not_started` where it cannot be started at all. */
export async function runStepCommand(command: Command): Promise<CommandEnd> {
  return runCommand(command).catch((error: unknown) => {
    if (error instanceof CommandNotStarted) throw new StepFailure('not_started', `${error.message}.`);
    throw error;
  });
}
