import { z } from 'zod';
import { type StepContext, StepFailure } from '../steps/step.ts';
import { runStepCommand } from '../steps/step-command.ts';
import { limitTime } from '../system/timing.ts';

/** What a command to the container engine works with. */
export type EngineContext = Pick<StepContext, 'root' | 'environment' | 'output' | 'signal'>;

export type EngineCommand = {
  program?: string;
  words: string[];
  /** What it does, for the sentence about its failure; its first word says it where this is missing. */
  deed?: string;
  /** Also shows what it answers, as it comes. */
  isShown?: boolean;
  /** Variables for this one command. */
  variables?: Record<string, string>;
};

/** Has the `docker` command do something, and gives what it answers. Throws StepFailure with what it says of a failure. */
export async function tellEngine(command: EngineCommand, context: EngineContext): Promise<string> {
  const { program = 'docker', words, deed = `docker ${words[0]}`, isShown = false, variables } = command;
  let answer = '';
  let said = '';
  const show = isShown ? context.output : () => undefined;
  // Found by its mark where the agent dies: a note of each would be written four times a second while one waits.
  const end = await runStepCommand({
    program,
    arguments: words,
    folder: context.root,
    environment: { ...context.environment, ...variables },
    answer: (text) => {
      answer += text;
      show(text);
    },
    output: (text) => {
      said = (said + text).slice(-10_000);
      show(text);
    },
    signal: context.signal,
  });
  if (end.exitCode === 0) return answer;
  const exitCode = end.exitCode ?? 1;
  throw new StepFailure('engine_failed', `${deed} failed: ${reasonOf(said) || `exit code ${exitCode}`}`, exitCode);
}

/** The same for what is done in a moment: nothing breaks it off, so that nobody has to guess whether it was done. */
export async function tellEngineBriefly(words: string[], context: Omit<EngineContext, 'signal'>): Promise<string> {
  const overtime = new StepFailure('engine_failed', `docker ${words[0]} did not end within ${briefS} s.`);
  return limitTime({ ms: briefS * 1000, overtime, signals: [] }, (signal) =>
    tellEngine({ words }, { ...context, signal }),
  );
}

const briefS = 120;

/** A container as the engine knows it. */
export type Container = z.infer<typeof containerSchema>;

/** A container by its whole id or its name; null where there is none. */
export async function findContainer(idOrName: string, context: EngineContext): Promise<Container | null> {
  const inspected = await tellEngine({ words: ['inspect', '--type=container', idOrName] }, context).catch(
    nothingIfGone,
  );
  const [found] = inspected === null ? [] : z.array(containerSchema).parse(JSON.parse(inspected));
  // The engine also takes the beginning of an id.
  return found && (found.id === idOrName || found.name === idOrName) ? found : null;
}

/** All containers that a filter of `docker ps` lets through, also those that do not run. */
export async function listContainers(filter: string, context: EngineContext): Promise<Container[]> {
  const listed = await tellEngine({ words: ['ps', '--all', '--quiet', '--no-trunc', '--filter', filter] }, context);
  const containers: Container[] = [];
  for (const id of listed.split('\n').filter((line) => line !== '')) {
    const found = await findContainer(id, context);
    if (found) containers.push(found);
  }
  return containers;
}

/** Id of a local image; null where there is none of this name. */
export async function findImage(reference: string, context: EngineContext): Promise<string | null> {
  const words = ['image', 'inspect', '--format={{.Id}}', reference];
  const answer = await tellEngine({ words }, context).catch(nothingIfGone);
  return answer === null ? null : answer.trim();
}

/** For a removal that somebody else may have done already. */
export function nothingIfGone(error: unknown): null {
  if (error instanceof StepFailure && /no such (container|image|object)/i.test(error.message)) return null;
  throw error;
}

const containerSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    /** Id of its image. */
    Image: z.string(),
    RestartCount: z.number(),
    Config: z.object({ Image: z.string(), Labels: z.record(z.string(), z.string()).nullish() }),
    HostConfig: z.object({
      AutoRemove: z.boolean(),
      RestartPolicy: z.object({ Name: z.string(), MaximumRetryCount: z.number() }),
    }),
    State: z.object({
      Status: z.string(),
      Running: z.boolean(),
      ExitCode: z.number(),
      Error: z.string(),
      StartedAt: z.string(),
      Health: z.object({ Status: z.string(), Log: z.array(z.object({ Output: z.string() })).nullish() }).nullish(),
    }),
  })
  .transform(({ Id, Name, Image, RestartCount, Config, HostConfig, State }) => ({
    id: Id,
    name: Name.replace(/^\//, ''),
    image: Image,
    /** The name by which its image was asked for. */
    reference: Config.Image,
    labels: Config.Labels ?? {},
    removesItself: HostConfig.AutoRemove,
    restarts: RestartCount,
    restartPolicy: policyText(HostConfig.RestartPolicy),
    isRunning: State.Running,
    status: State.Status,
    exitCode: State.ExitCode,
    error: State.Error,
    startedAt: State.StartedAt,
    /** `none` where the image and the options have no check of it. */
    health: State.Health?.Status ?? 'none',
    healthOutput: State.Health?.Log?.at(-1)?.Output ?? '',
  }));

function policyText({ Name, MaximumRetryCount }: { Name: string; MaximumRetryCount: number }): string {
  if (Name === '') return 'no';
  return MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name;
}

/** What the command said of its failure, without the words around it. */
function reasonOf(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => line !== '' && !/^(Run '|See '|See:|Usage:)/.test(line));
  const reason = telling.find((line) => /^ERROR: |^Error response from daemon: /.test(line)) ?? telling.at(-1) ?? '';
  return reason.replace(/^(docker: |ERROR: |Error: |Error response from daemon: )+/, '').slice(0, 1000);
}
