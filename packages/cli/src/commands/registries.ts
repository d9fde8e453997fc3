import { type Registry, registrySchema } from '@tideway/protocol';
import { Command, Option } from 'commander';
import { type OpenProject, openProject } from '../client/open-server.ts';
import { ClientError } from '../client-error.ts';
import { askSecretly, readTextFile } from '../input.ts';
import { fieldsOf, print, printAnswer, printList } from '../output/print.ts';
import { timeText } from '../output/readable.rules.ts';
import type { Column } from '../output/table.rules.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { type ListOptions, listCommand, type ProjectOptions, projectCommand } from './client-command.ts';

type PasswordOptions = { passwordFile?: string; passwordStdin?: true; askPassword?: true };
type NewOptions = ProjectOptions & PasswordOptions & { username?: string };
type ChangeOptions = NewOptions & { url?: string; anonymous?: true };

/** `tideway registries`: the sources that flows name, with their credentials. */
export function registriesCommand(): Command {
  const list = listCommand().description('list the registries, without their passwords').action(listRegistries);
  const create = withPassword(projectCommand('create'))
    .description('create a registry; with a username and nothing else, its password is asked for')
    .argument('<name>', 'the name that flows use')
    .argument('<url>', 'https://files.example.org/releases, or host[:port] of a container registry')
    .option('--username <name>', 'who fetches; default: anybody may')
    .action(createRegistry);
  const show = projectCommand('show')
    .description('show a registry, without its password')
    .argument('<name>')
    .action(showRegistry);
  const change = withPassword(projectCommand('change'))
    .description('change a registry; a password that is not given stays')
    .argument('<name>')
    .option('--url <url>', 'where it is; another host needs the password again')
    .addOption(new Option('--username <name>', 'who fetches').conflicts('anonymous'))
    .option('--ask-password', 'ask for a new password')
    .option('--anonymous', 'forget username and password: anybody may fetch')
    .action(changeRegistry);
  const remove = projectCommand('delete')
    .description('delete a registry that no open update needs')
    .argument('<name>')
    .action(deleteRegistry);
  const group = new Command('registries').description('list, create, show, change and delete sources that flows name');
  for (const command of [list, create, show, change, remove]) group.addCommand(command);
  return group;
}

/** Never the password itself: other users of a machine see the words of a command. */
function withPassword(command: Command): Command {
  return command
    .addOption(new Option('--password-file <file>', 'read the password from a file').conflicts('passwordStdin'))
    .option('--password-stdin', 'read the password from standard input');
}

const columns: Column<Registry>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'URL', cell: ({ url }) => url },
  { title: 'USERNAME', cell: ({ username }) => username ?? '-' },
  { title: 'PASSWORD', cell: ({ has_password }) => (has_password ? 'kept' : '-') },
  { title: 'CHANGED', cell: ({ changed_at }) => timeText(changed_at) },
];

async function listRegistries(options: ListOptions): Promise<void> {
  const { api, path } = await openProject(options.project);
  const registries = await api.list(`${path}/registries`, registrySchema, options);
  printList(registries, options, columns, 'There is no registry');
}

async function createRegistry(name: string, url: string, options: NewOptions): Promise<void> {
  const { username } = options;
  const { api, path } = await openProject(options.project);
  const password = await passwordOf(name, { ...options, ...(username !== undefined && { askPassword: true }) });
  const created = await api.send('POST', `${path}/registries`, { name, url, username, password }, registrySchema);
  printAnswer(created, options, (registry) => `Created the registry ${visibleText(registry.name)}`);
}

async function showRegistry(name: string, options: ProjectOptions): Promise<void> {
  const project = await openProject(options.project);
  printAnswer(await project.api.get(placeOf(project, name), registrySchema), options, (registry) =>
    fieldsOf(columns.map(({ title, cell }) => [title, cell(registry)])),
  );
}

async function changeRegistry(name: string, options: ChangeOptions): Promise<void> {
  const project = await openProject(options.project);
  const password = await passwordOf(name, options);
  const username = options.anonymous ? null : options.username;
  const changes = { url: options.url, username, password };
  if (Object.values(changes).every((value) => value === undefined)) throw new ClientError('Say what is to change');
  const changed = await project.api.send('PATCH', placeOf(project, name), changes, registrySchema);
  printAnswer(changed, options, (registry) => `Changed the registry ${visibleText(registry.name)}`);
}

async function deleteRegistry(name: string, options: ProjectOptions): Promise<void> {
  const project = await openProject(options.project);
  await project.api.remove(placeOf(project, name));
  if (!options.json) print(`Deleted the registry ${visibleText(name)}`);
}

function placeOf({ path }: OpenProject, name: string): string {
  return `${path}/registries/${encodeURIComponent(name)}`;
}

/** Undefined where none is to be given. */
async function passwordOf(name: string, options: PasswordOptions): Promise<string | undefined> {
  const file = options.passwordStdin ? '-' : options.passwordFile;
  if (file !== undefined) return (await readTextFile(file)).replace(/\r?\n$/, '');
  if (!options.askPassword) return undefined;
  return askSecretly(`Password for the registry ${visibleText(name)}: `, {
    what: 'password',
    instead: '--password-stdin or --password-file',
  });
}
