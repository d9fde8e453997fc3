import { bulkAnswerSchema, type Device, deviceSchema, whySchema } from '@tideway/protocol';
import { Command, Option } from 'commander';
import { findDevice, findDevices } from '../client/find-by-name.ts';
import { type OpenProject, openProject } from '../client/open-server.ts';
import { ClientError } from '../client-error.ts';
import { whyText } from '../orders/deployment-text.ts';
import { type SelectionFlags, selectionFromFlags } from '../orders/order-flags.rules.ts';
import { addSelectionOptions } from '../orders/order-options.ts';
import { countOf } from '../orders/progress.rules.ts';
import { fieldsOf, printAnswer, printList } from '../output/print.ts';
import { sizeText, timeText } from '../output/readable.rules.ts';
import type { Cell, Column } from '../output/table.rules.ts';
import { collect, type ListOptions, listCommand, type ProjectOptions, projectCommand } from './client-command.ts';

type ListFilter = ListOptions & { group?: string; tag?: string[]; state?: string; app?: string; search?: string };

type BulkOptions = ProjectOptions &
  SelectionFlags & {
    addTag?: string[];
    removeTag?: string[];
    toGroup?: string;
    updateTrigger?: string;
    approve?: true;
    delete?: true;
  };

/** `tideway devices`: the machines with an agent. */
export function devicesCommand(): Command {
  const list = listCommand()
    .description('list devices, oldest first')
    .option('--group <name>', 'those in this group')
    .option('--tag <name>', 'those with this tag; repeated: with any of them', collect)
    .addOption(new Option('--state <state>', 'those in this state').choices(['online', 'offline']))
    .option('--app <name>', 'those with this app')
    .option('--search <text>', 'those with this text in id, name or description')
    .action(listDevices);
  const command = new Command('devices').description('see, tag and group devices').addCommand(list);
  for (const below of [...ofOneDevice(), ...ofSelected()]) command.addCommand(below);
  return command;
}

function ofOneDevice(): Command[] {
  const about = (name: string) => projectCommand(name).argument('<device>', 'id or name');
  return [
    about('show').description('show a device').action(show),
    about('why').description('say why a device is not updating').action(why),
    about('tag').argument('<tag...>').description('give a device tags that the project has').action(tag),
    about('untag').argument('<tag...>').description('take tags from a device').action(untag),
    about('group').argument('<group>').description('put a device into a group').action(group),
    about('approve').description('let a device in that awaits it, or is held as a possible copy').action(approve),
  ];
}

function ofSelected(): Command[] {
  const search = addSelectionOptions(listCommand('search'))
    .description('list the devices that the flags of deploy select')
    .action(searchDevices);
  const bulk = addSelectionOptions(projectCommand('bulk'))
    .description('change all devices that are selected, up to 10,000 at once, or none of them')
    .option('--add-tag <name>', 'give them this tag; may be repeated', collect)
    .option('--remove-tag <name>', 'take this tag from them; may be repeated', collect)
    .option('--to-group <name>', 'put them into this group')
    .addOption(
      new Option('--update-trigger <state>', 'on: they take up no new update until it is off').choices(['on', 'off']),
    )
    .option('--approve', 'let those in that await approval; those that are held as possible copies stay held')
    .option('--delete', 'delete them; their open updates end, and their history stays')
    .action(changeSelected);
  return [search, bulk];
}

const columns: Column<Device>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'STATE', cell: stateOf },
  { title: 'GROUP', cell: (device) => device.group },
  { title: 'TAGS', cell: ({ tags }) => tags.join(', ') },
  { title: 'APPS', cell: appsOf },
  { title: 'LAST CONTACT', cell: ({ last_contact_at }) => timeText(last_contact_at) },
];

async function listDevices(options: ListFilter): Promise<void> {
  const { api, path } = await openProject(options.project);
  const { limit, group: group_name, tag: tags, state, app, search } = options;
  const query = { filter: { group_name, tags, state, app, search }, ...(limit !== undefined && { limit }) };
  const devices = await api.list(`${path}/devices`, deviceSchema, query);
  printList(devices, options, columns, 'There is no such device');
}

async function searchDevices(options: ListOptions & SelectionFlags): Promise<void> {
  const project = await openProject(options.project);
  const selection = await selectionOf(project, options);
  const { limit } = options;
  const devices = await project.api.search(`${project.path}/devices/search`, selection, deviceSchema, {
    ...(limit !== undefined && { limit }),
  });
  printList(devices, options, columns, 'There is no such device');
}

async function changeSelected(options: BulkOptions): Promise<void> {
  const project = await openProject(options.project);
  const { addTag: add_tags, removeTag: remove_tags, toGroup, updateTrigger } = options;
  const changes = {
    ...{ add_tags, remove_tags, group: toGroup, update_trigger: updateTrigger },
    ...(options.approve && { approve: true }),
    ...(options.delete && { delete: true }),
  };
  const body = { ...(await selectionOf(project, options)), ...changes };
  const changed = await project.api.send('POST', `${project.path}/devices/bulk`, body, bulkAnswerSchema);
  printAnswer(changed, options, ({ devices }) => `${options.delete ? 'Deleted' : 'Changed'} ${countOf(devices)}`);
}

async function selectionOf(project: OpenProject, flags: SelectionFlags): Promise<Record<string, unknown>> {
  const read = selectionFromFlags(flags, await findDevices(project, flags));
  if ('fault' in read) throw new ClientError(read.fault);
  return read.selection;
}

async function show(name: string, options: ProjectOptions): Promise<void> {
  printAnswer(await findDevice(await openProject(options.project), name), options, deviceText);
}

async function why(name: string, options: ProjectOptions): Promise<void> {
  const project = await openProject(options.project);
  const path = pathOf(project, await findDevice(project, name));
  printAnswer(await project.api.get(`${path}/why`, whySchema), options, whyText);
}

function tag(name: string, add_tags: string[], options: ProjectOptions): Promise<void> {
  return changeTags(name, options, { add_tags });
}

function untag(name: string, remove_tags: string[], options: ProjectOptions): Promise<void> {
  return changeTags(name, options, { remove_tags });
}

/** As a change of many devices: what somebody else changes of the tags at the same time stays. */
async function changeTags(name: string, options: ProjectOptions, changes: object): Promise<void> {
  const project = await openProject(options.project);
  const device = await findDevice(project, name);
  const body = { device_ids: [device.id], ...changes };
  await project.api.send('POST', `${project.path}/devices/bulk`, body, bulkAnswerSchema);
  printAnswer(await project.api.get(pathOf(project, device), deviceSchema), options, deviceText);
}

async function approve(name: string, options: ProjectOptions): Promise<void> {
  const project = await openProject(options.project);
  const path = pathOf(project, await findDevice(project, name));
  printAnswer(await project.api.send('POST', `${path}/approve`, undefined, deviceSchema), options, deviceText);
}

function group(name: string, wanted: string, options: ProjectOptions): Promise<void> {
  return change(name, options, { group: wanted });
}

async function change(name: string, options: ProjectOptions, changes: object): Promise<void> {
  const project = await openProject(options.project);
  const path = pathOf(project, await findDevice(project, name));
  const changed = await project.api.send('PATCH', path, changes, deviceSchema);
  printAnswer(changed, options, deviceText);
}

function pathOf({ path }: OpenProject, { id }: Device): string {
  return `${path}/devices/${encodeURIComponent(id)}`;
}

function deviceText(device: Device): string {
  const { agent } = device;
  return fieldsOf([
    ['Device', device.id],
    ['Name', device.name],
    ['Description', device.description],
    ['State', stateOf(device)],
    ['Group', device.group],
    ['Tags', device.tags.join(', ')],
    ['Apps', appsOf(device)],
    ['Drift', device.drift.map((app) => `${app.name} is ${app.reported_version} there`).join(', ')],
    ['Update trigger', device.update_trigger],
    [
      'Blocked there',
      device.blocked && `since ${timeText(device.blocked.since)}: ${device.blocked.reason ?? 'no reason given'}`,
    ],
    ['Agent', agent.version && `${agent.version} on ${agent.os} ${agent.arch}`],
    ...Object.entries(device.attributes).map(([name, value]): [string, string] => [inWords(name), String(value)]),
    ...metricsOf(device),
    ['Last contact', timeText(device.last_contact_at)],
    ['Joined', timeText(device.joined_at)],
  ]);
}

/** The numbers that the device said last, with the time at which it did. */
function metricsOf({ metrics }: Device): [string, string][] {
  if (metrics === null) return [];
  const said = Object.entries(metrics.values).map(([name, value]): [string, string] => [
    inWords(name.replace(/_bytes$/, '')),
    name.endsWith('_bytes') ? sizeText(value) : String(value),
  ]);
  return said.length === 0 ? [] : [...said, ['Measured', timeText(metrics.at)]];
}

/** A name as programs write it, as people do. */
function inWords(name: string): string {
  const words = name.replaceAll(/[_.-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function appsOf({ apps }: Device): string {
  return apps.map(({ name, version }) => `${name} ${version}`).join(', ');
}

function stateOf({ state, held, needs_approval, joined_at }: Device): Cell {
  if (held) return { text: 'held', colour: 'red' };
  if (needs_approval) return { text: 'awaits approval', colour: 'yellow' };
  if (joined_at === null) return 'not joined';
  return { text: state, colour: state === 'online' ? 'green' : null };
}
