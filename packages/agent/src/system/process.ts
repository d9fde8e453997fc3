import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as wait } from 'node:timers/promises';
import { hasCode } from './files.ts';
import { findProgram } from './find-program.ts';
import { killMarked, markerName, signalGroup } from './leftover-processes.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

export type Command = {
  program: string;
  arguments: string[];
  folder: string;
  environment: Record<string, string>;
  output: (text: string) => void;
  /** Gets what comes on standard output, where that is not to be mixed with the rest of `output`. */
  answer?: (text: string) => void;
  /** Aborting it ends the command: TERM, and KILL ten seconds later. */
  signal: AbortSignal;
  /** Told who runs, as soon as it runs. */
  onStarted?: (leader: ProcessIdentity) => void;
};

/** How a command ended: its exit code, or the signal that killed it. */
export type CommandEnd = { exitCode: number | null; killedBy: NodeJS.Signals | null };

/** A program that could not be started at all. */
export class CommandNotStarted extends Error {}

/**
 * Runs a command in a process group of its own and waits for its end. What it left running in its group is killed
 * then; a service belongs under a service manager. Where the signal broke it off, processes that left the group are
 * killed too, and the signal's reason is thrown.
 */
export async function runCommand(command: Command): Promise<CommandEnd> {
  command.signal.throwIfAborted();
  const { child, pid } = await start(command);
  const exit = once(child, 'exit');
  const pipes = Promise.all([
    forward(child.stdout, command.answer ?? command.output),
    forward(child.stderr, command.output),
  ]);
  noteStart(pid, command);

  const stopEnding = endOnAbort(pid, command);
  await exit;
  stopEnding();
  signalGroup(pid, 'SIGKILL');
  if (command.signal.aborted) await endMarked(command);
  // A process that left the group may hold the pipes for as long as it lives.
  await Promise.race([pipes, wait(500, undefined, { ref: false })]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  command.signal.throwIfAborted();
  return { exitCode: child.exitCode, killedBy: child.signalCode };
}

async function start(command: Command): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(command.program, command.arguments, {
    cwd: command.folder,
    env: command.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid !== undefined) return { child, pid: child.pid };
  const [error] = await once(child, 'error');
  throw new CommandNotStarted(`${command.program} could not be started: ${sentence(error, command)}`);
}

/** A command that could not be noted would be forgotten if the agent died: then it must not run. */
function noteStart(pid: number, { onStarted }: Command): void {
  const leader = identifyProcess(pid);
  try {
    if (leader) onStarted?.(leader);
  } catch (error) {
    signalGroup(pid, 'SIGKILL');
    throw error;
  }
}

function sentence(error: unknown, command: Command): string {
  if (!(error instanceof Error)) return String(error);
  return hasCode(error, 'ENOENT') ? whatIsMissing(command) : error.message;
}

/** The operating system has one code for a missing program, folder or interpreter. */
function whatIsMissing({ program, folder, environment }: Command): string {
  if (!existsSync(folder)) return `there is no folder ${folder}, in which it is to run`;
  const file = program.includes('/') ? path.resolve(folder, program) : findProgram(program, environment);
  if (file === null || !existsSync(file)) return 'it is not installed';
  return 'it is there, but its interpreter or loader seems not to be installed';
}

async function forward(pipe: NodeJS.ReadableStream | null, output: (text: string) => void): Promise<void> {
  if (pipe === null) return;
  const decoder = new StringDecoder('utf8');
  pipe.on('data', (chunk: Buffer) => output(decoder.write(chunk)));
  await once(pipe, 'close');
  output(decoder.end());
}

function endOnAbort(pid: number, command: Command): () => void {
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    signalGroup(pid, 'SIGTERM');
    killing = setTimeout(() => signalGroup(pid, 'SIGKILL'), 10_000);
  };
  if (command.signal.aborted) end();
  else command.signal.addEventListener('abort', end, { once: true });
  return () => {
    command.signal.removeEventListener('abort', end);
    clearTimeout(killing);
  };
}

async function endMarked(command: Command): Promise<void> {
  const marker = command.environment[markerName];
  if (marker !== undefined) await killMarked(marker);
}
