import { type ProgramEnd, runProgram } from '../steps/program.ts';
import { type RegistryCredentials, type StepContext, StepFailure } from '../steps/step.ts';
import { isOfRegistry } from './git-address.rules.ts';

/** Runs git in a folder; `isShown` is whether what it says belongs to the output of the step. */
export type Git = (folder: string, words: string[], options?: { isShown?: boolean }) => Promise<ProgramEnd>;

/**
 * Git as it may run on a device: it asks nobody, runs no hooks, speaks only protocols that name no program, and finds
 * `credentials` in its environment alone, for the host they are meant for.
 */
export function gitOf(context: StepContext, repository: string, credentials: RegistryCredentials | null): Git {
  const given = credentials && credentialsFor(repository, credentials);
  const settings = [...safeSettings(repository), ...(given?.settings ?? [])].flatMap((one) => ['-c', one]);
  const environment = ownEnvironment(context.environment);
  return async (folder, words, { isShown = false } = {}) =>
    runProgram(
      {
        program: 'git',
        arguments: ['--no-optional-locks', ...settings, ...words],
        folder,
        environment: { ...given?.environment },
        isShown,
      },
      { ...context, environment },
    );
}

/** The same, for commands that have to succeed; gives what they say on standard output. */
export async function gitDone(git: Git, folder: string, words: string[]): Promise<string> {
  const end = await git(folder, words, { isShown: true });
  if (end.exitCode === 0) return end.out;
  throw new StepFailure('git_failed', `git ${words[0]} failed: ${reasonIn(end.said)}`, end.exitCode);
}

/** What git itself calls the reason, of all that it said. */
export function reasonIn(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const named = lines.filter((line) => /^(fatal|error): /.test(line));
  const reason = (named.at(-1) ?? lines.at(-1) ?? 'it said nothing').replace(/^(fatal|error): /, '');
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}

function safeSettings(repository: string): string[] {
  // A repository from elsewhere must not make the device read its own as submodules.
  const local = repository.startsWith('file:') ? 'always' : 'never';
  return [
    'protocol.allow=never',
    ...['http', 'https', 'ssh', 'git'].map((protocol) => `protocol.${protocol}.allow=always`),
    `protocol.file.allow=${local}`,
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.fsync=all',
    'advice.detachedHead=false',
    'submodule.recurse=false',
    // In the foreground: nothing is left running when the step is over.
    'gc.autoDetach=false',
    'maintenance.autoDetach=false',
  ];
}

function credentialsFor(
  repository: string,
  { url, username, password }: RegistryCredentials,
): { settings: string[]; environment: Record<string, string> } | null {
  if (!isOfRegistry(repository, url)) {
    const message = `The repository ${repository} is not below ${url}, the address of its registry.`;
    throw new StepFailure('invalid_value', message);
  }
  if (username === null && password === null) return null;
  if (!/^https?:/.test(url)) {
    throw new StepFailure('invalid_value', `Credentials are given over http and https alone, not to ${url}.`);
  }
  if (/[\n\0]/.test(`${username}${password}`)) {
    throw new StepFailure('invalid_value', 'A user name or password for git must be one line.');
  }
  const helper = `!f() { test "$1" = get || exit 0; printf 'username=%s\\npassword=%s\\n' "$${nameVariable}" "$${wordVariable}"; }; f`;
  return {
    // The empty one drops all that the device has for others: a helper that stores would put them on the disk.
    settings: ['credential.helper=', `credential.${new URL(url).origin}.helper=${helper}`],
    environment: { [nameVariable]: username ?? '', [wordVariable]: password ?? '' },
  };
}

const nameVariable = 'TIDEWAY_GIT_USERNAME';
const wordVariable = 'TIDEWAY_GIT_PASSWORD';

/** What lets git be led to another repository or another program stays out; how it connects may be set. */
function ownEnvironment(environment: Record<string, string>): Record<string, string> {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(GIT_|SSH_ASKPASS)/.test(name) || /^GIT_(SSH|SSL|HTTP|PROXY)/.test(name),
  );
  return {
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    LC_ALL: 'C.UTF-8',
  };
}
