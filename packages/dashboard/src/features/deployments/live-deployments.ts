import type { QueryClient } from '@tanstack/react-query';
import type { CountsEvent, Deployment, Update, UpdateEvent } from '@tideway/protocol';
import { path } from '../../platform/api/call.ts';
import { mapPages, type Pages } from '../../platform/api/pages.ts';
import type { LiveEvent } from '../../platform/live/event-stream.ts';

/** The stream that a page follows: of the deployment that it shows, or else of the whole project. */
export function followedPath(project: string, deployment: string | null): string {
  return deployment === null ? path`/${project}/events` : path`/${project}/deployments/${deployment}/events`;
}

/** Brings what was read before up to what the server tells; what events do not hold is read again. */
export function takeEvents(queries: QueryClient, project: string, events: LiveEvent[]): void {
  const counts = new Map<string, CountsEvent>();
  const updates = new Map<string, UpdateEvent>();
  for (const { name, data } of events) {
    if (name === 'counts') counts.set((data as CountsEvent).deployment_id, data as CountsEvent);
    if (name === 'update') updates.set(keyOf(data as UpdateEvent), data as UpdateEvent);
  }
  for (const event of counts.values()) takeCounts(queries, project, event);
  takeUpdates(queries, project, [...updates.values()]);
  if (events.some(({ name }) => name === 'resync')) void queries.invalidateQueries({ queryKey: [project] });
  else if (events.some(({ name }) => name === 'devices')) {
    void queries.invalidateQueries({ queryKey: [project, 'devices'] });
  }
}

function takeCounts(queries: QueryClient, project: string, { deployment_id, ...event }: CountsEvent): void {
  const renew = (deployment: Deployment): Deployment =>
    deployment.id === deployment_id ? { ...deployment, ...event } : deployment;
  const one = queries.getQueryData<Deployment>([project, 'deployment', deployment_id]);
  queries.setQueryData<Deployment>([project, 'deployment', deployment_id], (known) => known && renew(known));
  let isListed = false;
  queries.setQueriesData<Pages<Deployment>>({ queryKey: [project, 'deployments'] }, (known) =>
    mapPages(known, (deployment) => {
      isListed ||= deployment.id === deployment_id;
      return renew(deployment);
    }),
  );
  // One that was not there yet, or has come to its end: what is derived from it is read again.
  if (!isListed) void queries.invalidateQueries({ queryKey: [project, 'deployments'] });
  if (one && one.finished_at !== event.finished_at) {
    void queries.invalidateQueries({ queryKey: [project, 'deployment', deployment_id] });
  }
  void queries.invalidateQueries({ queryKey: [project, 'overview'], refetchType: 'none' });
}

function takeUpdates(queries: QueryClient, project: string, events: UpdateEvent[]): void {
  const ofDeployments = Map.groupBy(events, (event) => event.deployment_id);
  for (const [deployment, changed] of ofDeployments) {
    const byDevice = new Map(changed.map((event) => [event.device.id, event]));
    queries.setQueriesData<Pages<Update>>({ queryKey: [project, 'updates', deployment] }, (known) =>
      mapPages(known, (update) => {
        const event = byDevice.get(update.device.id);
        return event ? { ...update, ...event } : update;
      }),
    );
    for (const device of byDevice.keys()) {
      void queries.invalidateQueries({ queryKey: [project, 'update', deployment, device] });
    }
  }
}

function keyOf({ deployment_id, device }: UpdateEvent): string {
  return `${deployment_id} ${device.id}`;
}
