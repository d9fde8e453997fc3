import type { Command } from 'commander';
import { parse } from 'yaml';
import { findDevices, findFlow } from '../client/find-by-name.ts';
import { type OpenProject, openProject } from '../client/open-server.ts';
import { ClientError } from '../client-error.ts';
import { readTextFile } from '../input.ts';
import { type OrderFlags, orderFromFlags } from '../orders/order-flags.rules.ts';
import { addSelectionOptions, addTimingOptions, addWaitOptions } from '../orders/order-options.ts';
import { type PlaceOptions, patienceOfOrder, placeOrder } from '../orders/place-order.ts';
import { collect, type ProjectOptions, projectCommand } from './client-command.ts';

type DeployOptions = ProjectOptions & PlaceOptions & OrderFlags & { file?: string; flow?: string; config?: string };

/** `tideway deploy`: places an order, from flags or from a file. */
export function deployCommand(): Command {
  const command = projectCommand('deploy')
    .description('deploy an update to the devices that are selected')
    .option(
      '--file <file>',
      'the whole order in JSON or YAML, as POST /api/v2/{project}/deployments takes it; -: standard input',
    )
    .option('--flow <id or name>', 'the flow; its newest version is deployed')
    .option('--flow-version <number>', 'an older version of the flow')
    .option('--param <name=value>', 'a parameter of the flow; may be repeated', collect)
    .option('--config <file>', 'configuration for the devices, an object in JSON or YAML')
    .option('--app <name@version>', 'the version that the app has on each device that succeeds')
    .option('--comment <text>', 'shown with the deployment')
    .option('--allow-empty', 'make an empty deployment where no device matches')
    .option('--dry-run', 'say what would be deployed to which devices, and create nothing')
    .option('--idempotency-key <key>', 'the same key within 24 hours deploys once; default: one for this call');
  return addWaitOptions(addTimingOptions(addSelectionOptions(command))).action(deploy);
}

async function deploy(options: DeployOptions): Promise<void> {
  if (options.file !== undefined) refuseBesideFile(options);
  const project = await openProject(options.project, patienceOfOrder());
  const order = options.file === undefined ? await orderOf(project, options) : await orderInFile(options.file, options);
  await placeOrder(project, `${project.path}/deployments`, order, options);
}

/** What may stand beside a file: it says everything else itself. */
const besideFile = ['file', 'project', 'json', 'dryRun', 'wait', 'waitFor', 'waitTimeout', 'idempotencyKey'];

function refuseBesideFile(options: DeployOptions): void {
  const [other] = Object.keys(options).filter((name) => !besideFile.includes(name));
  if (other === undefined) return;
  const flag = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new ClientError(`--file holds the whole order: leave out --${flag}, or write it into the file`);
}

async function orderInFile(file: string, { dryRun }: DeployOptions): Promise<Record<string, unknown>> {
  return { ...(await objectIn(file)), ...(dryRun && { dry_run: true }) };
}

async function orderOf(project: OpenProject, options: DeployOptions): Promise<Record<string, unknown>> {
  const { flow, config } = options;
  if (flow === undefined) throw new ClientError('Say which flow with --flow, or give the whole order with --file');
  const configuration = config === undefined ? undefined : await objectIn(config);
  const { id } = await findFlow(project, flow);
  const found = { flowId: id, ...(await findDevices(project, options)) };
  const read = orderFromFlags(options, found, configuration);
  if ('fault' in read) throw new ClientError(read.fault);
  return read.order;
}

async function objectIn(file: string): Promise<Record<string, unknown>> {
  const value: unknown = parsed(file, await readTextFile(file));
  if (isObject(value)) return value;
  throw new ClientError(`${file} must hold an object in JSON or YAML`);
}

/** JSON is YAML, too. */
function parsed(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ClientError(`${file} is neither JSON nor YAML: ${error instanceof Error ? error.message : error}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
