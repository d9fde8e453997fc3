import { setTimeout as delay } from 'node:timers/promises';
import { type Deployment, deploymentSchema, durationSeconds, type Update, updateSchema } from '@tideway/protocol';
import type { ApiClient, Patience } from '../client/api-client.ts';
import type { OpenProject } from '../client/open-server.ts';
import { ServerAway } from '../client/read-answer.ts';
import { ClientError } from '../client-error.ts';
import { Progress } from './progress.ts';

export type WaitOptions = { wait?: true; waitFor?: 'all' | 'online'; waitTimeout?: string };

/** How a wait ended; `offline` are the pending updates that were not waited for. */
export type Waited = { deployment: Deployment; isTimeOver: boolean; offline: Update[] };

/** Until when to wait, or null where nobody asked for it. */
export function waitUntilMs({ wait, waitFor, waitTimeout }: WaitOptions): number | null {
  const seconds = durationSeconds(waitTimeout ?? '30m');
  if (seconds === null) throw new ClientError('--wait-timeout must be a duration such as 90s, 15m or 2h');
  const isAsked = wait || waitFor !== undefined || waitTimeout !== undefined;
  return isAsked ? Date.now() + seconds * 1000 : null;
}

/** Waits until every update has ended, or those of devices that can take part; a server that is away is waited for, too. */
export async function waitForDeployment(
  project: OpenProject,
  id: string,
  untilMs: number,
  waitFor: 'all' | 'online' = 'all',
): Promise<Waited> {
  const progress = new Progress();
  try {
    return await watch(project, id, { untilMs, isOnlineOnly: waitFor === 'online', progress });
  } finally {
    progress.end();
  }
}

const pollMs = 1000;

async function watch(
  { api, path }: OpenProject,
  id: string,
  { untilMs, isOnlineOnly, progress }: { untilMs: number; isOnlineOnly: boolean; progress: Progress },
): Promise<Waited> {
  const where = `${path}/deployments/${encodeURIComponent(id)}`;
  const patience = { untilMs, onAway: () => progress.note('The server is away; the deployment goes on without it') };
  let deployment: Deployment | null = null;
  for (;;) {
    try {
      deployment = await api.get(where, deploymentSchema, patience);
      progress.show(deployment);
      if (deployment.finished_at !== null) return { deployment, isTimeOver: false, offline: [] };
      const offline = isOnlineOnly ? await onlyOffline(api, where, deployment, patience) : null;
      if (offline !== null) return { deployment, isTimeOver: false, offline };
    } catch (error) {
      if (!(error instanceof ServerAway) || deployment === null) throw error;
      return { deployment, isTimeOver: true, offline: [] };
    }
    if (Date.now() + pollMs > untilMs) return { deployment, isTimeOver: true, offline: [] };
    await delay(pollMs);
  }
}

/** The open updates, where all of them wait for devices that are offline; null where something else is still open. */
async function onlyOffline(
  api: ApiClient,
  where: string,
  { counts }: Deployment,
  patience: Patience,
): Promise<Update[] | null> {
  if (counts.in_progress > 0) return null;
  const query = { filter: { status: 'pending' }, patience };
  // Most of the time a look at the first ones is enough.
  const first = await api.list(`${where}/updates`, updateSchema, { ...query, limit: 100 });
  if (!first.every(isOffline)) return null;
  const pending = await api.list(`${where}/updates`, updateSchema, query);
  // What was pending when the counts were read may have been taken up meanwhile.
  return pending.length === counts.pending && pending.every(isOffline) ? pending : null;
}

function isOffline(update: Update): boolean {
  return update.waiting_for === 'offline';
}
