import {
  type SavedFlows,
  savedFlowsSchema,
  type UpdateFlow,
  updateFlowSchema,
  updateFlowVersionSchema,
} from '@tideway/protocol';
import { Command } from 'commander';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { findFlow, findFlowOrNull } from '../client/find-by-name.ts';
import type { Call } from '../client/make-call.ts';
import { type OpenProject, openProject } from '../client/open-server.ts';
import { ClientError } from '../client-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { flowNamesIn } from '../flow-names.rules.ts';
import { readTextFile, writeTextFile } from '../input.ts';
import { print, printAnswer, printList, printNote, printSource } from '../output/print.ts';
import { timeText } from '../output/readable.rules.ts';
import type { Column } from '../output/table.rules.ts';
import { visibleJson, visibleText } from '../output/visible-text.rules.ts';
import { type ListOptions, listCommand, type ProjectOptions, projectCommand, wholeNumber } from './client-command.ts';

/** `tideway flows`: what updates do, in versions. */
export function flowsCommand(): Command {
  const list = listCommand().description('list the flows, newest first').action(listFlows);
  const push = projectCommand('push')
    .description('create the flows of a file, or add a version to the flow of the same name')
    .argument('<file>', 'YAML or JSON; -: standard input')
    .option('--id <id>', 'the flow that gets the version; where it does not exist, it is created with this id')
    .action(pushFlow);
  const pull = projectCommand('pull')
    .description('print the text of a flow as it was pushed')
    .argument('<flow>', 'id or name')
    .option('--number <number>', 'this version of it; default: the newest', wholeNumber)
    .option('--output <file>', 'write it into a file')
    .action(pullFlow);
  const diff = projectCommand('diff')
    .description('compare a file with the newest version of a flow; ends with 1 where they differ')
    .argument('<file>', 'YAML or JSON; -: standard input')
    .argument('[flow]', 'id or name; default: the name in the file')
    .action(diffFlow);
  return new Command('flows')
    .description('list, push, pull and compare flows')
    .addCommand(list)
    .addCommand(push)
    .addCommand(pull)
    .addCommand(diff);
}

const columns: Column<UpdateFlow>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'VERSION', cell: ({ version }) => version },
  { title: 'CHANGED', cell: ({ changed_at }) => timeText(changed_at) },
  { title: 'DESCRIPTION', cell: ({ description }) => description ?? '' },
];

async function listFlows(options: ListOptions): Promise<void> {
  const { api, path } = await openProject(options.project);
  const flows = await api.list(`${path}/update-flows`, updateFlowSchema, options);
  printList(flows, options, columns, 'There is no flow');
}

async function pushFlow(file: string, options: ProjectOptions & { id?: string }): Promise<void> {
  const project = await openProject(options.project);
  const source = await readTextFile(file);
  const where = await placeToPush(project, flowNamesIn(source), options.id);
  const body = { type: 'application/yaml', content: source };
  const saved = await project.api.call({ ...where, body }, savedFlowsSchema);
  printAnswer(saved, options, savedText);
}

/** A new version of a flow that there is, or a new flow. */
async function placeToPush(
  project: OpenProject,
  names: string[],
  id: string | undefined,
): Promise<Pick<Call, 'method' | 'path'>> {
  const path = `${project.path}/update-flows`;
  const known: UpdateFlow[] = [];
  for (const name of id === undefined ? names : [id]) {
    const flow = await findFlowOrNull(project, name);
    if (flow !== null) known.push(flow);
  }
  const [flow] = known;
  if (flow === undefined)
    return { method: 'POST', path: id === undefined ? path : `${path}?id=${encodeURIComponent(id)}` };
  if (names.length <= 1) return { method: 'PUT', path: `${path}/${encodeURIComponent(flow.id)}` };
  throw new ClientError(
    `The file holds several flows, and there is a flow ${visibleText(flow.name)} already: push it in a file of its own`,
  );
}

function savedText({ update_flows, warnings }: SavedFlows): string {
  return [
    ...update_flows.map(({ name, uuid, version }) => `Saved ${visibleText(name)} as version ${version} of ${uuid}`),
    ...warnings.map(({ message }) => `WARNING: ${visibleText(message)}`),
  ].join('\n');
}

async function pullFlow(name: string, options: ProjectOptions & { number?: number; output?: string }): Promise<void> {
  const project = await openProject(options.project);
  const flow = await readVersion(project, (await findFlow(project, name)).id, options.number);
  if (options.output !== undefined) {
    await writeTextFile(options.output, flow.source);
    printNote(`Wrote version ${flow.version} of ${visibleText(flow.name)} to ${options.output}`);
  }
  if (options.json) print(visibleJson(flow));
  else if (options.output === undefined) printSource(flow.source);
}

async function diffFlow(file: string, name: string | undefined, options: ProjectOptions): Promise<void> {
  const project = await openProject(options.project);
  const source = await readTextFile(file);
  const flow = await readVersion(project, (await findFlow(project, name ?? onlyName(file, source))).id);
  if (options.json) print(visibleJson(flow));
  else if (flow.source !== source) {
    const before = visibleText(`${flow.name} (version ${flow.version})`);
    const options = { headerOptions: FILE_HEADERS_ONLY };
    printSource(createTwoFilesPatch(before, visibleText(file), flow.source, source, undefined, undefined, options));
  }
  process.exitCode = flow.source === source ? exitCodes.success : exitCodes.notAllSucceeded;
}

function onlyName(file: string, source: string): string {
  const [name, ...others] = flowNamesIn(source);
  if (name !== undefined && others.length === 0) return name;
  throw new ClientError(`${file} does not hold exactly one flow: say which flow to compare it with`);
}

function readVersion({ api, path }: OpenProject, id: string, version?: number) {
  const query = version === undefined ? '' : `?version=${version}`;
  return api.get(`${path}/update-flows/${encodeURIComponent(id)}${query}`, updateFlowVersionSchema);
}
