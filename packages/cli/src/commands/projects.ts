import { projectSchema } from '@tideway/protocol';
import { Command } from 'commander';
import { openServer } from '../client/open-server.ts';
import { printAnswer, printList } from '../output/print.ts';
import { timeText } from '../output/readable.rules.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { type ServerOptions, serverCommand, wholeNumber } from './client-command.ts';

const path = '/api/v2/projects';

/** `tideway projects`: the fleets that the token may see. */
export function projectsCommand(): Command {
  const list = serverCommand('list')
    .description('list the projects')
    .option('--limit <number>', 'at most so many; default: all', wholeNumber)
    .action(listProjects);
  const create = serverCommand('create')
    .description('create a project with the group Production')
    .argument('<name>')
    .option('--key <key>', 'what stands for it in paths; default: made from the name')
    .action(createProject);
  return new Command('projects').description('list and create projects').addCommand(list).addCommand(create);
}

async function listProjects(options: ServerOptions & { limit?: number }): Promise<void> {
  const api = await openServer();
  const projects = await api.list(path, projectSchema, options);
  const columns = [
    { title: 'KEY', cell: ({ key }: (typeof projects)[number]) => key },
    { title: 'NAME', cell: ({ name }: (typeof projects)[number]) => name },
    { title: 'CREATED', cell: ({ created_at }: (typeof projects)[number]) => timeText(created_at) },
  ];
  printList(projects, options, columns, 'There is no project yet');
}

async function createProject(name: string, options: ServerOptions & { key?: string }): Promise<void> {
  const api = await openServer();
  const created = await api.send('POST', path, { name, key: options.key }, projectSchema);
  printAnswer(
    created,
    options,
    ({ key }) => `Created the project ${visibleText(created.name)}, with the key ${visibleText(key)}`,
  );
}
