import { Command, InvalidArgumentError } from 'commander';

export type ServerOptions = { json?: true };
export type ProjectOptions = ServerOptions & { project?: string };
export type ListOptions = ProjectOptions & { limit?: number };

/** A command that calls the server. */
export function serverCommand(name: string): Command {
  return new Command(name).option('--json', "print the API's JSON, and nothing else");
}

/** A command that calls the server about one project. */
export function projectCommand(name: string): Command {
  return serverCommand(name).option('--project <key>', 'the project; default: TIDEWAY_PROJECT, or that of the login');
}

export function listCommand(name = 'list'): Command {
  return projectCommand(name).option('--limit <number>', 'at most so many; default: all', wholeNumber);
}

/** For options that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}
