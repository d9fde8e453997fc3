import { type AccessToken, accessTokenSchema, createdAccessTokenSchema, type Role, roles } from '@tideway/protocol';
import { Command, Option } from 'commander';
import { openServer } from '../client/open-server.ts';
import { print, printAnswer, printList, printNote } from '../output/print.ts';
import { timeText } from '../output/readable.rules.ts';
import type { Column } from '../output/table.rules.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { type ServerOptions, serverCommand, wholeNumber } from './client-command.ts';

const path = '/api/v2/access-tokens';

type NewTokenOptions = ServerOptions & { name: string; role: Role; expiresAt?: string };

/** `tideway tokens`: access tokens, by who has one already. */
export function tokensCommand(): Command {
  const list = serverCommand('list')
    .description("list one's own access tokens; for owners, all of the account")
    .option('--limit <number>', 'at most so many; default: all', wholeNumber)
    .action(listTokens);
  const create = serverCommand('create')
    .description('create an access token and print it; it is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).default('operator'))
    .option('--expires-at <time>', 'when it ends, as 2030-01-31T12:00:00Z; default: never')
    .action(createToken);
  const revoke = serverCommand('revoke').description('revoke an access token').argument('<id>').action(revokeToken);
  return new Command('tokens')
    .description('list, create and revoke access tokens')
    .addCommand(list)
    .addCommand(create)
    .addCommand(revoke);
}

const columns: Column<AccessToken>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'ROLE', cell: ({ role }) => role },
  { title: 'USER', cell: ({ user }) => user.email },
  { title: 'CREATED', cell: ({ created_at }) => timeText(created_at) },
  { title: 'LAST USED', cell: ({ last_used_at }) => timeText(last_used_at) },
  { title: 'EXPIRES', cell: ({ expires_at }) => timeText(expires_at) },
];

async function listTokens(options: ServerOptions & { limit?: number }): Promise<void> {
  const api = await openServer();
  printList(await api.list(path, accessTokenSchema, options), options, columns, 'There is no access token');
}

async function createToken(options: NewTokenOptions): Promise<void> {
  const api = await openServer();
  const { name, role, expiresAt } = options;
  const body = { name, role, expires_at: expiresAt };
  const created = await api.send('POST', path, body, createdAccessTokenSchema);
  if (!options.json) printNote(`Created the access token ${created.id}; it is shown this once:`);
  printAnswer(created, options, ({ token }) => visibleText(token));
}

async function revokeToken(id: string, { json }: ServerOptions): Promise<void> {
  const api = await openServer();
  await api.remove(`${path}/${encodeURIComponent(id)}`);
  if (!json) print(`Revoked ${id}`);
}
