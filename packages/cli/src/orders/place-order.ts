import { randomUUID } from 'node:crypto';
import { deploymentCreatedSchema, dryRunSchema } from '@tideway/protocol';
import { jsonBody, type Patience } from '../client/api-client.ts';
import type { OpenProject } from '../client/open-server.ts';
import { print, printAnswer, printNote } from '../output/print.ts';
import { dryRunText } from './dry-run.ts';
import { countOf } from './progress.rules.ts';
import { type WaitOptions, waitUntilMs } from './wait-for-deployment.ts';
import { waitForEnd } from './wait-for-end.ts';

export type PlaceOptions = WaitOptions & { json?: true; idempotencyKey?: string };

/**
 * Places an order and says what became of it; waits for its end where that is asked for, and then sets the exit code.
 * The key lets the server do the order once, however often it is sent.
 * @param project opened with the patience of an order
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
  if (order.dry_run === true) {
    printAnswer(await project.api.call(call, dryRunSchema), options, dryRunText);
    return;
  }
  const created = await project.api.call(call, deploymentCreatedSchema);
  if (untilMs === null) {
    printAnswer(created, options, ({ deployment_id, devices }) => `Deployment ${deployment_id} to ${countOf(devices)}`);
    return;
  }
  if (!options.json) print(`Deployment ${created.deployment_id} to ${countOf(created.devices)}`);
  await waitForEnd(project, created.deployment_id, untilMs, options);
}

/** The patience of a command that places an order: a CI job must not fail because the server starts again. */
export function patienceOfOrder(): Patience {
  let isSaid = false;
  const onAway = () => {
    if (!isSaid) printNote(`The server is away; it is tried again for ${patienceMs / 1000} s`);
    isSaid = true;
  };
  return { untilMs: Date.now() + patienceMs, onAway };
}

const patienceMs = 60_000;
