import type { QueryClient } from '@tanstack/react-query';
import type { Update, UpdateEvent } from '@tideway/protocol';
import { mapPages, type Pages } from '../../platform/api/pages.ts';
import { readAgainSoon } from '../../platform/api/read-again.ts';

/** A list that is narrowed gets and loses rows; which ones, only the server knows. */
const narrowedEveryMs = 3_000;
/** What is shown of one update, with its output, while its device reports. */
const oneEveryMs = 1_000;

/** Brings the lists of updates up to what was told of some, and what is shown of one of them. */
export function takeUpdates(queries: QueryClient, project: string, events: UpdateEvent[]): void {
  for (const deployment of new Set(events.map((event) => event.deployment_id))) {
    const changed = events.filter((event) => event.deployment_id === deployment);
    const byDevice = new Map(changed.map((event) => [event.device.id, event]));
    takeIntoLists(queries, [project, 'updates', deployment], byDevice);
    const shown = queries.getQueryCache().findAll({ queryKey: [project, 'update', deployment], type: 'active' });
    for (const device of new Set(shown.map(({ queryKey }) => String(queryKey[3])))) {
      if (byDevice.has(device)) readAgainSoon(queries, [project, 'update', deployment, device], oneEveryMs);
    }
  }
}

function takeIntoLists(queries: QueryClient, key: readonly string[], byDevice: Map<string, UpdateEvent>): void {
  // What is on its way from the server may be older than what was told, and would stand over it.
  if (queries.isFetching({ queryKey: key }) > 0) readAgainSoon(queries, key, narrowedEveryMs);
  for (const { queryKey } of queries.getQueryCache().findAll({ queryKey: key })) {
    queries.setQueryData<Pages<Update>>(queryKey, (known) =>
      mapPages(known, (update) => {
        const event = byDevice.get(update.device.id);
        return event ? { ...update, ...event } : update;
      }),
    );
    if (isNarrowed(queryKey[3])) {
      readAgainSoon(queries, queryKey, narrowedEveryMs);
      readAgainSoon(queries, [queryKey[0], 'updates-in-sight', ...queryKey.slice(2)], narrowedEveryMs);
    }
  }
}

function isNarrowed(asked: unknown): boolean {
  return typeof asked === 'object' && asked !== null && Object.values(asked).some((value) => value !== undefined);
}
