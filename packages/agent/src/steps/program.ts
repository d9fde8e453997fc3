import { noteCommand } from './shell.ts';
import type { StepContext } from './step.ts';
import { runStepCommand } from './step-command.ts';

/** How a program ended: `out` is what it said on standard output, `said` all that it said, in order; both cut at 4 MB. */
export type ProgramEnd = { exitCode: number; out: string; said: string };

export type ProgramOrder = {
  program: string;
  arguments: string[];
  /** Null is the root folder. */
  folder?: string | null;
  /** Beside the step's own. */
  environment?: Record<string, string>;
  /** Whether what it says belongs to the step's output; what is only looked up does not. */
  isShown: boolean;
};

/** Runs a program of the device for a step, without a shell between, until it ends with whatever exit code. */
export async function runProgram(order: ProgramOrder, context: StepContext): Promise<ProgramEnd> {
  let out = '';
  let said = '';
  const hear = (text: string) => {
    said = (said + text).slice(0, mostText);
    if (order.isShown) context.output(text);
  };
  const { exitCode } = await runStepCommand({
    program: order.program,
    arguments: order.arguments,
    folder: order.folder ?? context.root,
    environment: { ...context.environment, ...order.environment },
    output: hear,
    answer: (text) => {
      out = (out + text).slice(0, mostText);
      hear(text);
    },
    signal: context.signal,
    onStarted: (leader) => noteCommand(context.keepFolder, leader),
  });
  // Null is a program that a signal has killed.
  return { exitCode: exitCode ?? 1, out, said };
}

const mostText = 4_000_000;
