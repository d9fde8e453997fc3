import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a part can be asked, by name: it answers with what can be said in JSON. */
export type Commands = Record<string, (input: never) => Promise<unknown>>;

/** A process beside this one: a server that is measured, or who puts load on it. */
export type Part<Known extends Commands> = {
  ask: <Name extends keyof Known & string>(
    name: Name,
    input: Parameters<Known[Name]>[0],
  ) => Promise<Awaited<ReturnType<Known[Name]>>>;
  /** Does something while it stands still, as if its work cost this machine nothing. */
  whilePaused: <Result>(work: () => Promise<Result>) => Promise<Result>;
  stop: () => Promise<void>;
};

type Question = { number: number; command: string; input: unknown };
type Answer = { number: number; value?: unknown; error?: string };

/** As `npm run tideway` starts Node. */
const asStarted = ['--max-semi-space-size=64'];

/** Starts a process of this program with these commands, and with Node's own options of this one, as `--cpu-prof`. */
export async function startPart<Known extends Commands>(name: string): Promise<Part<Known>> {
  const child = fork(fileURLToPath(import.meta.url), ['part', name], {
    execArgv: [...process.execArgv, ...asStarted, '--expose-gc', '--enable-source-maps'],
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let count = 0;
  child.on('message', ({ number, value, error }: Answer) => {
    const { resolve, reject } = waiting.get(number) ?? {};
    waiting.delete(number);
    if (error === undefined) resolve?.(value);
    else reject?.(new Error(`${name}: ${error}`));
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`The process ${name} has ended`));
  });
  return {
    ask: (command, input) =>
      new Promise((resolve, reject) => {
        count += 1;
        waiting.set(count, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ number: count, command, input } satisfies Question);
      }),
    whilePaused: async (work) => {
      child.kill('SIGSTOP');
      try {
        return await work();
      } finally {
        child.kill('SIGCONT');
      }
    },
    stop: () => end(child),
  };
}

/** Answers questions until the process that asks them goes away. */
export function servePart(commands: Commands): void {
  process.on('message', async ({ number, command, input }: Question) => {
    const answer = await (commands[command] as (input: unknown) => Promise<unknown>)(input).then(
      (value) => ({ number, value }),
      (error: Error) => ({ number, error: error.stack ?? error.message }),
    );
    process.send?.(answer satisfies Answer);
  });
  process.once('disconnect', () => process.exit(0));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}
