import { randomUUID } from 'node:crypto';
import { deploymentCreatedSchema, dryRunSchema, updateSchema } from '@tideway/protocol';
import { jsonBody } from '../client/api-client.ts';
import type { OpenProject } from '../client/open-server.ts';
import { exitCodes } from '../exit-codes.ts';
import { print, printAnswer, printNote, tableOf } from '../output/print.ts';
import type { Column } from '../output/table.rules.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { colouredStatus } from './deployment-text.ts';
import { dryRunText } from './dry-run.ts';
import { countOf, countsText } from './progress.rules.ts';
import { type Waited, type WaitOptions, waitForDeployment, waitUntilMs } from './wait-for-deployment.ts';

export type PlaceOptions = WaitOptions & { json?: true; idempotencyKey?: string };

/**
 * Places an order and says what became of it; waits for its end where that is asked for, and then sets the exit code.
 * The server may be away for a moment: the key lets it do the order once, however often it is sent.
 * @param path where the order goes
 */
export async function placeOrder(
  project: OpenProject,
  path: string,
  order: Record<string, unknown>,
  options: PlaceOptions,
): Promise<void> {
  const untilMs = waitUntilMs(options);
  const key = options.idempotencyKey ?? randomUUID();
  const call = { method: 'POST', path, body: jsonBody(order), idempotencyKey: key } as const;
  const patience = { untilMs: Date.now() + patienceMs, onAway: sayAway };
  if (order.dry_run === true) {
    printAnswer(await project.api.call(call, dryRunSchema, patience), options, dryRunText);
    return;
  }
  const created = await project.api.call(call, deploymentCreatedSchema, patience);
  if (untilMs === null) {
    printAnswer(created, options, ({ deployment_id, devices }) => `Deployment ${deployment_id} to ${countOf(devices)}`);
    return;
  }
  if (!options.json) print(`Deployment ${created.deployment_id} to ${countOf(created.devices)}`);
  await reportEnd(project, await waitForDeployment(project, created.deployment_id, untilMs, options.waitFor), options);
}

/** For how long an order is sent again while the server is away. */
const patienceMs = 60_000;

function sayAway(): void {
  printNote(`The server is away; the order is sent again for ${patienceMs / 1000} s`);
}

async function reportEnd(project: OpenProject, waited: Waited, options: PlaceOptions): Promise<void> {
  const { deployment, isTimeOver, offline } = waited;
  const { failed, aborted } = deployment.counts;
  process.exitCode = exitCodes.success;
  if (failed + aborted > 0) process.exitCode = exitCodes.notAllSucceeded;
  if (isTimeOver) process.exitCode = exitCodes.timeOver;
  if (offline.length > 0) printNote(`Not waited for, because they are offline: ${namesOf(offline)}`);
  if (isTimeOver) printNote(`The time to wait is over; the deployment ${deployment.id} goes on`);
  printAnswer(deployment, options, countsText);
  if (!options.json && failed + aborted > 0) print(await failuresText(project, deployment.id));
}

type Update = Waited['offline'][number];

async function failuresText({ api, path }: OpenProject, id: string): Promise<string> {
  const limits = ['failed', 'aborted'].map((status) => ({ limit: mostShown, filter: { status } }));
  const lists = await Promise.all(
    limits.map((query) => api.list(`${path}/deployments/${id}/updates`, updateSchema, query)),
  );
  return tableOf(failureColumns, lists.flat().slice(0, mostShown));
}

const failureColumns: Column<Update>[] = [
  { title: 'DEVICE', cell: ({ device }) => device.name },
  { title: 'STATUS', cell: ({ status }) => colouredStatus(status) },
  { title: 'WHY', cell: ({ message, reason }) => message ?? reason },
];

const mostShown = 20;

function namesOf(updates: Update[]): string {
  const names = updates.slice(0, mostShown).map(({ device }) => visibleText(device.name));
  const more = updates.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
