import type { QueryClient } from '@tanstack/react-query';
import type { CountsEvent, Deployment, UpdateEvent } from '@tideway/protocol';
import { path } from '../../platform/api/call.ts';
import { mapPages, type Pages } from '../../platform/api/pages.ts';
import { readAgainSoon } from '../../platform/api/read-again.ts';
import type { LiveEvent } from '../../platform/live/event-stream.ts';
import { takeUpdates } from './live-updates.ts';

/** How often what is derived from many updates is read again while they change. */
const derivedEveryMs = 3_000;

/** Whose events a page follows: of the deployment that it shows, or else of the whole project. */
export function followedThing(project: string, deployment: string | null): string {
  return deployment === null ? path`/${project}` : path`/${project}/deployments/${deployment}`;
}

/** Brings what was read before up to what the server tells; what events do not hold is read again. */
export function takeEvents(queries: QueryClient, project: string, events: LiveEvent[]): void {
  const counts = new Map<string, CountsEvent>();
  const updates: UpdateEvent[] = [];
  const missed = new Set<string | null>();
  for (const { name, data } of events) {
    if (name === 'counts') counts.set((data as CountsEvent).deployment_id, data as CountsEvent);
    if (name === 'update') updates.push(data as UpdateEvent);
    if (name === 'resync') missed.add((data as { deployment_id: string | null }).deployment_id);
  }
  for (const event of counts.values()) takeCounts(queries, project, event);
  takeUpdates(queries, project, updates);
  if (missed.has(null)) {
    void queries.invalidateQueries({ queryKey: [project] });
    return;
  }
  for (const deployment of missed) takeMissed(queries, project, deployment ?? '');
  if (events.some(({ name }) => name === 'devices')) {
    void queries.invalidateQueries({ queryKey: [project, 'devices'] });
  }
}

/** So much has changed of a deployment that it was not told one by one; its counts were. */
function takeMissed(queries: QueryClient, project: string, deployment: string): void {
  readAgainSoon(queries, [project, 'updates', deployment], derivedEveryMs);
  readAgainSoon(queries, [project, 'updates-in-sight', deployment], derivedEveryMs);
  readAgainSoon(queries, [project, 'update', deployment], derivedEveryMs);
}

function takeCounts(queries: QueryClient, project: string, { deployment_id, ...event }: CountsEvent): void {
  const key = [project, 'deployment', deployment_id];
  const renew = (deployment: Deployment): Deployment =>
    deployment.id === deployment_id ? { ...deployment, ...event } : deployment;
  const before = queries.getQueryData<Deployment>(key);
  queries.setQueryData<Deployment>(key, (known) => known && renew(known));
  // What is on its way from the server may be older than what was told, and would stand over it.
  if (queries.isFetching({ queryKey: key, exact: true }) > 0) readAgainSoon(queries, key, derivedEveryMs);
  const list = [project, 'deployments'];
  let isListed = false;
  let isMoved = queries.isFetching({ queryKey: list }) > 0;
  queries.setQueriesData<Pages<Deployment>>({ queryKey: list }, (known) =>
    mapPages(known, (deployment) => {
      if (deployment.id !== deployment_id) return deployment;
      isListed = true;
      // Lists of one state get and lose it.
      isMoved ||= deployment.state !== event.state;
      return renew(deployment);
    }),
  );
  if (!isListed || isMoved) readAgainSoon(queries, list, derivedEveryMs);
  void queries.invalidateQueries({ queryKey: [project, 'overview'], refetchType: 'none' });
  if (before === undefined) return;
  if (before.finished_at !== event.finished_at) {
    readAllOf(queries, project, deployment_id);
    return;
  }
  if (before.counts.failed !== event.counts.failed) readAgainSoon(queries, [...key, 'failures'], derivedEveryMs);
  if (JSON.stringify(before.counts) !== JSON.stringify(event.counts)) {
    readAgainSoon(queries, [...key, 'progress'], derivedEveryMs);
  }
  // Why the pending ones wait has changed for all of them at once.
  if (before.state !== event.state) takeMissed(queries, project, deployment_id);
}

/** The end of a deployment: everything that is shown of it is read once more. */
function readAllOf(queries: QueryClient, project: string, deployment: string): void {
  for (const thing of ['deployment', 'updates', 'updates-in-sight', 'update']) {
    void queries.invalidateQueries({ queryKey: [project, thing, deployment] });
  }
  readAgainSoon(queries, [project, 'deployments'], derivedEveryMs);
}
