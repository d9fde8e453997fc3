import {
  abortedSchema,
  deploymentSchema,
  deploymentStates,
  type UpdateStatus,
  updateDetailsSchema,
  updateSchema,
  updateStatuses,
  whySchema,
} from '@tideway/protocol';
import { Command, Option } from 'commander';
import { findDeviceId } from '../client/find-by-name.ts';
import { type OpenProject, openProject } from '../client/open-server.ts';
import { deploymentColumns, deploymentText, updateColumns, updateText, whyText } from '../orders/deployment-text.ts';
import { followOutput, outputSchema } from '../orders/follow-output.ts';
import { type TimingFlags, timingFromFlags } from '../orders/order-flags.rules.ts';
import { addTimingOptions, addWaitLimits, addWaitOptions } from '../orders/order-options.ts';
import { type PlaceOptions, patienceOfOrder, placeOrder } from '../orders/place-order.ts';
import { countOf } from '../orders/progress.rules.ts';
import { type WaitOptions, waitUntilMs } from '../orders/wait-for-deployment.ts';
import { waitForEnd } from '../orders/wait-for-end.ts';
import { printAnswer, printList } from '../output/print.ts';
import { visibleLines } from '../output/visible-text.rules.ts';
import { collect, type ListOptions, listCommand, type ProjectOptions, projectCommand } from './client-command.ts';

type RetryOptions = ProjectOptions & PlaceOptions & TimingFlags & { only?: string[]; comment?: string };

type DeploymentFilter = { state?: string; flow?: string; app?: string; search?: string };
type UpdateFilter = { status?: UpdateStatus; reason?: string; search?: string };

/** `tideway deployments`: orders, and how they go on each device. */
export function deploymentsCommand(): Command {
  const command = new Command('deployments').description('see, stop and try again what was deployed');
  for (const below of [...seeing(), ...changing()]) command.addCommand(below);
  return command;
}

function seeing(): Command[] {
  return [
    listCommand()
      .description('list the deployments, newest first')
      .addOption(new Option('--state <state>', 'those that are there').choices(deploymentStates))
      .option('--flow <id or name>', 'those of this flow')
      .option('--app <name>', 'those of this app')
      .option('--search <text>', "those with this text in id, comment, flow, app's version or who ordered it")
      .action(listDeployments),
    projectCommand('show')
      .description("show a deployment, or one device's part in it with its steps")
      .argument('<deployment>')
      .argument('[device]', 'id or name')
      .action(show),
    listCommand('updates')
      .description("list a deployment's updates, one for each device")
      .argument('<deployment>')
      .addOption(new Option('--status <status>', 'those with this status').choices(updateStatuses))
      .option('--reason <word>', 'those that failed or were aborted for this reason, as step_failed or expired')
      .option('--search <text>', "those with this text in the device's id or name")
      .action(listUpdates),
    projectCommand('logs')
      .description("print the output of one device's update")
      .argument('<deployment>')
      .argument('<device>', 'id or name')
      .option('--follow', 'go on until the update has ended')
      .action(showOutput),
    addWaitLimits(
      projectCommand('wait')
        .description('wait until all updates have ended; the exit code says how')
        .argument('<deployment>'),
    ).action(wait),
    projectCommand('why')
      .description('say why a device does not take up its update')
      .argument('<deployment>')
      .argument('<device>', 'id or name')
      .action(why),
  ];
}

function changing(): Command[] {
  const retry = projectCommand('retry')
    .description('deploy again to the devices on which a deployment failed or was aborted')
    .argument('<deployment>')
    .addOption(
      new Option('--only <status>', 'those with this status; may be repeated')
        .choices(['failed', 'aborted'])
        .argParser((value, before: string[] | undefined) => collect(value, before)),
    )
    .option('--comment <text>', 'shown with the new deployment')
    .option('--idempotency-key <key>', 'the same key within 24 hours deploys once; default: one for this call');
  return [
    projectCommand('abort')
      .description('abort a deployment: what is pending ends at once, and devices at work are asked to stop')
      .argument('<deployment>')
      .option('--device <id or name>', "abort this device's update alone")
      .action(abort),
    projectCommand('pause')
      .description('let no device begin any more; those at work go on')
      .argument('<deployment>')
      .action((id: string, options: ProjectOptions) => change(id, 'pause', options)),
    projectCommand('resume')
      .description('let a paused deployment go on')
      .argument('<deployment>')
      .action((id: string, options: ProjectOptions) => change(id, 'resume', options)),
    addWaitOptions(addTimingOptions(retry)).action(retryDeployment),
  ];
}

async function listDeployments(options: ListOptions & DeploymentFilter): Promise<void> {
  const { api, path } = await openProject(options.project);
  const { limit, state, flow, app, search } = options;
  const query = { filter: { state, flow, app, search }, ...(limit !== undefined && { limit }) };
  const deployments = await api.list(`${path}/deployments`, deploymentSchema, query);
  printList(deployments, options, deploymentColumns, 'There is no deployment');
}

async function show(id: string, device: string | undefined, options: ProjectOptions): Promise<void> {
  const project = await openProject(options.project);
  if (device === undefined) {
    printAnswer(await project.api.get(pathOf(project, id), deploymentSchema), options, deploymentText);
  } else {
    const path = await updatePath(project, id, device);
    printAnswer(await project.api.get(path, updateDetailsSchema), options, updateText);
  }
}

async function listUpdates(id: string, options: ListOptions & UpdateFilter): Promise<void> {
  const project = await openProject(options.project);
  const { limit, status, reason, search } = options;
  const query = { filter: { status, reason, search }, ...(limit !== undefined && { limit }) };
  const updates = await project.api.list(`${pathOf(project, id)}/updates`, updateSchema, query);
  printList(updates, options, updateColumns, 'There is no such update');
}

async function showOutput(id: string, device: string, options: ProjectOptions & { follow?: true }): Promise<void> {
  const project = await openProject(options.project);
  const path = await updatePath(project, id, device);
  if (options.follow) {
    for await (const piece of followOutput(project, path)) if (!options.json) process.stdout.write(visibleLines(piece));
    if (!options.json) return;
  }
  const answer = await project.api.get(`${path}/log`, outputSchema);
  printAnswer(answer, options, ({ output }) => visibleLines(output.replace(/\n$/, '')));
}

async function wait(id: string, options: ProjectOptions & WaitOptions): Promise<void> {
  const untilMs = waitUntilMs({ ...options, wait: true });
  if (untilMs !== null) await waitForEnd(await openProject(options.project), id, untilMs, options);
}

async function why(id: string, device: string, options: ProjectOptions): Promise<void> {
  const project = await openProject(options.project);
  const answer = await project.api.get(`${await updatePath(project, id, device)}/why`, whySchema);
  printAnswer(answer, options, whyText);
}

async function abort(id: string, options: ProjectOptions & { device?: string }): Promise<void> {
  const project = await openProject(options.project);
  const { device } = options;
  const path = device === undefined ? pathOf(project, id) : await updatePath(project, id, device);
  const answer = await project.api.call({ method: 'POST', path: `${path}/abort` }, abortedSchema);
  printAnswer(answer, options, ({ aborted, stopping }) => {
    const asked = stopping === 0 ? '' : `; ${countOf(stopping)} at work asked to stop`;
    return `Aborted ${aborted} pending update${aborted === 1 ? '' : 's'}${asked}`;
  });
}

async function change(id: string, verb: 'pause' | 'resume', options: ProjectOptions): Promise<void> {
  const project = await openProject(options.project);
  const call = { method: 'POST', path: `${pathOf(project, id)}/${verb}` } as const;
  printAnswer(await project.api.call(call, deploymentSchema), options, deploymentText);
}

async function retryDeployment(id: string, options: RetryOptions): Promise<void> {
  const project = await openProject(options.project, patienceOfOrder());
  const { only, comment } = options;
  const order = { statuses: only, comment, ...timingFromFlags(options) };
  await placeOrder(project, `${pathOf(project, id)}/retry`, order, options);
}

function pathOf({ path }: OpenProject, id: string): string {
  return `${path}/deployments/${encodeURIComponent(id)}`;
}

async function updatePath(project: OpenProject, id: string, idOrName: string): Promise<string> {
  return `${pathOf(project, id)}/updates/${encodeURIComponent(await findDeviceId(project, idOrName))}`;
}
