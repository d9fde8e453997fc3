import { QueryClient } from '@tanstack/react-query';
import type { CountsEvent, Deployment, Update, UpdateEvent } from '@tideway/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Pages } from '../../platform/api/pages.ts';
import type { LiveEvent } from '../../platform/live/event-stream.ts';
import { takeEvents } from './live-deployments.ts';
import { anUpdate } from './testing/an-update.ts';

const counts = { pending: 2, in_progress: 0, success: 0, failed: 0, aborted: 0 };
const standing: CountsEvent = {
  deployment_id: 'dp-1',
  state: 'running',
  devices: 2,
  counts,
  paused_at: null,
  failure_limit_reached_at: null,
  finished_at: null,
};
const update = anUpdate();
const all = { status: undefined, search: undefined };

describe('what the server tells of deployments', () => {
  let queries: QueryClient;
  let read: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    queries = new QueryClient();
    read = [];
    vi.spyOn(queries, 'invalidateQueries').mockImplementation(async (filters) => {
      if (filters?.refetchType !== 'none') read.push((filters?.queryKey ?? []).join(' '));
    });
    const { deployment_id: id, ...known } = standing;
    queries.setQueryData(['p', 'deployment', id], { id, ...known });
    queries.setQueryData(['p', 'deployments', {}], pagesOf([{ id, ...known }]));
    queries.setQueryData(['p', 'updates', id, all], pagesOf([update]));
  });
  afterEach(() => void vi.useRealTimers());

  const take = (...events: LiveEvent[]) => {
    takeEvents(queries, 'p', events);
    vi.advanceTimersByTime(10_000);
  };

  it('brings counts and lists up to date without asking for them', () => {
    const changed = { ...standing, counts: { ...counts, pending: 1, in_progress: 1 } };
    take({ name: 'counts', data: standing }, { name: 'counts', data: changed });
    expect(queries.getQueryData<Deployment>(['p', 'deployment', 'dp-1'])?.counts).toEqual(changed.counts);
    const listed = queries.getQueryData<Pages<Deployment>>(['p', 'deployments', {}]);
    expect(listed?.pages[0]?.items[0]?.counts).toEqual(changed.counts);
    expect(read).toEqual(['p deployment dp-1 progress']);
  });

  it('reads nothing again where nothing has changed, and a list that does not know the deployment', () => {
    take({ name: 'counts', data: standing });
    expect(read).toEqual([]);
    take({ name: 'counts', data: { ...standing, deployment_id: 'dp-2' } });
    expect(read).toEqual(['p deployments']);
  });

  it('reads all of a deployment once more at its end', () => {
    take({ name: 'counts', data: { ...standing, state: 'finished', finished_at: '2030-01-01T00:00:00Z' } });
    expect(read).toEqual([
      'p deployment dp-1',
      'p updates dp-1',
      'p updates-in-sight dp-1',
      'p update dp-1',
      'p deployments',
    ]);
  });

  it('reads failures again when there are more, and why updates wait when that has changed for all of them', () => {
    take({ name: 'counts', data: { ...standing, counts: { ...counts, pending: 1, failed: 1 } } });
    expect(read).toEqual(['p deployment dp-1 failures', 'p deployment dp-1 progress']);
    read = [];
    take({ name: 'counts', data: { ...standing, counts: { ...counts, pending: 1, failed: 1 }, state: 'paused' } });
    expect(read).toEqual(['p deployments', 'p updates dp-1', 'p updates-in-sight dp-1', 'p update dp-1']);
  });

  it('reads again what was on its way when something newer was told', async () => {
    const answers: (() => void)[] = [];
    const asked = (queryKey: string[]) =>
      queries.fetchQuery({ queryKey, queryFn: () => new Promise((answer) => answers.push(() => answer(null))) });
    const onTheirWay = [asked(['p', 'deployment', 'dp-3']), asked(['p', 'deployments', 'other'])];
    take({ name: 'counts', data: { ...standing, deployment_id: 'dp-3' } });
    expect(read).toEqual(['p deployment dp-3', 'p deployments']);
    for (const answer of answers) answer();
    await Promise.all(onTheirWay);
  });

  it('reads lists again where a deployment has gone from one state to another', () => {
    take({ name: 'counts', data: { ...standing, state: 'paused' } });
    expect(read).toContain('p deployments');
  });

  it('takes updates into lists, keeps the pages in which nothing has changed, and reads narrowed lists again', () => {
    const narrowed = { ...all, status: 'pending' };
    queries.setQueryData(['p', 'updates', 'dp-1', narrowed], pagesOf([update]));
    const before = queries.getQueryData(['p', 'updates', 'dp-1', all]);
    const event: UpdateEvent = { ...update, deployment_id: 'dp-1', status: 'success', waiting_for: null };
    take({ name: 'update', data: { ...event, device: { id: 'd-9', name: 'other' } } });
    expect(queries.getQueryData(['p', 'updates', 'dp-1', all])).toBe(before);
    read = [];
    take({ name: 'update', data: event });
    const list = queries.getQueryData<Pages<Update>>(['p', 'updates', 'dp-1', all]);
    expect(list?.pages[0]?.items[0]?.status).toBe('success');
    expect(read).toEqual(['p updates dp-1 [object Object]', 'p updates-in-sight dp-1 [object Object]']);
  });

  it('reads again what it was not told: of one deployment its updates, of any all there is', () => {
    take({ name: 'resync', data: { deployment_id: 'dp-1' } });
    expect(read).toEqual(['p updates dp-1', 'p updates-in-sight dp-1', 'p update dp-1']);
    read = [];
    take({ name: 'resync', data: { deployment_id: null } });
    expect(read).toEqual(['p']);
  });
});

function pagesOf<Item>(items: Item[]): Pages<Item> {
  return { pages: [{ items, next: null }], pageParams: [null] };
}
