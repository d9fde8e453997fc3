import { runShell } from './shell.ts';
import type { StepExecutor } from './step.ts';

/**
 * Runs a shell text; exit code 0 is success. What the command leaves running in the background is ended with it: what
 * shall stay belongs under a service manager.
 */
export const runStep: StepExecutor<'run'> = {
  run: (step, context) => runShell(step.with, context),
};
