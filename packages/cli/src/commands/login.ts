import { projectSchema } from '@tideway/protocol';
import { Command } from 'commander';
import { createApiClient } from '../client/api-client.ts';
import { readServerUrl } from '../client/choose-server.rules.ts';
import { forgetServer, keepServer, readKeptServer } from '../client/kept-server.ts';
import { ClientError } from '../client-error.ts';
import { askSecretly, readAllInput } from '../input.ts';
import { print } from '../output/print.ts';

type LoginOptions = { token?: string; tokenStdin?: true; project?: string };

/** `tideway login URL`: keeps a server and a token that it takes. */
export function loginCommand(): Command {
  return new Command('login')
    .description('keep a server and an access token for the commands after this one')
    .argument('<url>', "the server's address, as https://tideway.example.org")
    .option('--token <token>', 'the access token; other users of this machine may see it: --token-stdin is safer')
    .option('--token-stdin', 'read the token from standard input')
    .option('--project <key>', 'the project that commands mean when they name none')
    .action(login);
}

/** `tideway logout`: forgets them. */
export function logoutCommand(): Command {
  return new Command('logout').description('forget the server and its token').action(logout);
}

async function login(address: string, options: LoginOptions): Promise<void> {
  const read = readServerUrl(address);
  if ('fault' in read) throw new ClientError(`The address ${read.fault}`);
  const token = await tokenOf(options, read.url);
  const api = createApiClient({ url: read.url, token });
  const projects = await api.list('/api/v2/projects', projectSchema, { limit: 1 });
  const project = options.project ?? null;
  if (project !== null) await api.get(`/api/v2/${encodeURIComponent(project)}`, projectSchema);
  const file = await keepServer({ url: read.url, token, project });
  print(`Logged in to ${read.url}; the token is kept in ${file}`);
  if (projects.length === 0) print('There is no project yet: make one with `tideway projects create NAME`');
}

async function tokenOf({ token, tokenStdin }: LoginOptions, url: string): Promise<string> {
  if (token !== undefined && tokenStdin) throw new ClientError('Give --token or --token-stdin, not both');
  const secret = { what: 'token', instead: '--token-stdin or --token' };
  const given = token ?? (tokenStdin ? await readAllInput() : await askSecretly(`Access token for ${url}: `, secret));
  if (!/^[\x21-\x7e]+$/.test(given.trim())) throw new ClientError('The token must be one word, as twu_…');
  return given.trim();
}

async function logout(): Promise<void> {
  const kept = await readKeptServer();
  if (kept === null) return print('No server is kept');
  await forgetServer();
  print(`Logged out of ${kept.url}; the token itself is valid until it is revoked`);
}
