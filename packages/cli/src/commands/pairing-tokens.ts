import { createdPairingTokenSchema, type PairingToken, pairingTokenSchema } from '@tideway/protocol';
import { Command } from 'commander';
import { openProject } from '../client/open-server.ts';
import { print, printAnswer, printList, printNote } from '../output/print.ts';
import { timeText } from '../output/readable.rules.ts';
import type { Column } from '../output/table.rules.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { type ListOptions, listCommand, type ProjectOptions, projectCommand, wholeNumber } from './client-command.ts';

type NewTokenOptions = ProjectOptions & { uses?: number; expiresAt?: string; group?: string; needsApproval?: true };

/** `tideway pairing-tokens`: what lets new devices join. */
export function pairingTokensCommand(): Command {
  const list = listCommand().description('list the pairing tokens that are not revoked').action(listTokens);
  const create = projectCommand('create')
    .description('create a pairing token and print it; it is shown this once')
    .option('--uses <number>', 'how many devices may join with it; default: any number', wholeNumber)
    .option('--expires-at <time>', 'when it ends, as 2030-01-31T12:00:00Z; default: never')
    .option('--group <name>', 'the group that joining devices get')
    .option('--needs-approval', 'no order selects a joining device until a person approves it')
    .action(createToken);
  const revoke = projectCommand('revoke')
    .description('revoke a pairing token; the devices that joined with it stay')
    .argument('<id>')
    .action(revokeToken);
  return new Command('pairing-tokens')
    .description('list, create and revoke what lets new devices join')
    .addCommand(list)
    .addCommand(create)
    .addCommand(revoke);
}

const columns: Column<PairingToken>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'GROUP', cell: ({ group }) => group },
  { title: 'USES LEFT', cell: ({ uses_left }) => uses_left ?? 'any' },
  { title: 'APPROVAL', cell: ({ needs_approval }) => (needs_approval ? 'needed' : 'not needed') },
  { title: 'CREATED', cell: ({ created_at }) => timeText(created_at) },
  { title: 'EXPIRES', cell: ({ expires_at }) => timeText(expires_at) },
];

async function listTokens(options: ListOptions): Promise<void> {
  const { api, path } = await openProject(options.project);
  const tokens = await api.list(`${path}/pairing-tokens`, pairingTokenSchema, options);
  printList(tokens, options, columns, 'There is no pairing token');
}

async function createToken(options: NewTokenOptions): Promise<void> {
  const { api, path } = await openProject(options.project);
  const { uses, expiresAt, group, needsApproval } = options;
  const body = { uses, expires_at: expiresAt, group, needs_approval: needsApproval };
  const created = await api.send('POST', `${path}/pairing-tokens`, body, createdPairingTokenSchema);
  if (!options.json) printNote(`Created the pairing token ${created.id}; it is shown this once:`);
  printAnswer(created, options, ({ token }) => visibleText(token));
}

async function revokeToken(id: string, { project, json }: ProjectOptions): Promise<void> {
  const { api, path } = await openProject(project);
  await api.remove(`${path}/pairing-tokens/${encodeURIComponent(id)}`);
  if (!json) print(`Revoked ${id}`);
}
