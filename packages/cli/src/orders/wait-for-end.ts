import { type Update, updateSchema } from '@tideway/protocol';
import type { OpenProject } from '../client/open-server.ts';
import { exitCodes } from '../exit-codes.ts';
import { print, printAnswer, printNote, tableOf } from '../output/print.ts';
import type { Column } from '../output/table.rules.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { colouredStatus } from './deployment-text.ts';
import { countsText } from './progress.rules.ts';
import { type WaitOptions, waitForDeployment } from './wait-for-deployment.ts';

/** Waits for the end of a deployment, says how it came, and sets the exit code by it. */
export async function waitForEnd(
  project: OpenProject,
  id: string,
  untilMs: number,
  options: WaitOptions & { json?: true },
): Promise<void> {
  const { deployment, isTimeOver, offline } = await waitForDeployment(project, id, untilMs, options.waitFor);
  const { failed, aborted } = deployment.counts;
  process.exitCode = exitCodes.success;
  if (failed + aborted > 0) process.exitCode = exitCodes.notAllSucceeded;
  if (isTimeOver) process.exitCode = exitCodes.timeOver;
  if (offline.length > 0) printNote(`Not waited for, because they are offline: ${namesOf(offline)}`);
  if (isTimeOver) printNote(`The time to wait is over; the deployment ${deployment.id} goes on`);
  printAnswer(deployment, options, countsText);
  if (!options.json && failed + aborted > 0) print(await failuresText(project, deployment.id));
}

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
