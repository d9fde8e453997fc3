import { type LabelInUse, labelInUseSchema, labelSchema } from '@tideway/protocol';
import { Command } from 'commander';
import { openProject } from '../client/open-server.ts';
import { print, printAnswer, printList } from '../output/print.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { type ListOptions, listCommand, type ProjectOptions, projectCommand } from './client-command.ts';

/** `tideway groups`, `tideway tags` and `tideway apps`: the names that devices carry. */
export function labelCommands(): Command[] {
  return [labelCommand('group'), labelCommand('tag'), labelCommand('app')];
}

type Kind = 'group' | 'tag' | 'app';

function labelCommand(kind: Kind): Command {
  const list = listCommand()
    .description(`list the ${kind}s`)
    .action((options: ListOptions) => listLabels(kind, options));
  const create = projectCommand('create')
    .description(`create a ${kind}`)
    .argument('<name>')
    .action((name: string, options: ProjectOptions) => createLabel(kind, name, options));
  const remove = projectCommand('delete')
    .description(`delete a ${kind} that nothing uses`)
    .argument('<name>')
    .action((name: string, options: ProjectOptions) => deleteLabel(kind, name, options));
  return new Command(`${kind}s`)
    .description(`list, create and delete ${kind}s`)
    .addCommand(list)
    .addCommand(create)
    .addCommand(remove);
}

async function listLabels(kind: Kind, options: ListOptions): Promise<void> {
  const { api, path } = await openProject(options.project);
  const labels = await api.list(`${path}/${kind}s`, labelInUseSchema, options);
  const columns = [
    { title: 'NAME', cell: ({ name }: LabelInUse) => name },
    { title: 'DEVICES', cell: ({ devices }: LabelInUse) => devices },
  ];
  printList(labels, options, columns, `There is no ${kind}`);
}

async function createLabel(kind: Kind, name: string, options: ProjectOptions): Promise<void> {
  const { api, path } = await openProject(options.project);
  const created = await api.send('POST', `${path}/${kind}s`, { name }, labelSchema);
  printAnswer(created, options, (label) => `Created the ${kind} ${visibleText(label.name)}`);
}

async function deleteLabel(kind: Kind, name: string, { project, json }: ProjectOptions): Promise<void> {
  const { api, path } = await openProject(project);
  await api.remove(`${path}/${kind}s/${encodeURIComponent(name)}`);
  if (!json) print(`Deleted the ${kind} ${visibleText(name)}`);
}
