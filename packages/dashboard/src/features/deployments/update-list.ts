import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Deployment, Update } from '@tideway/protocol';
import { useCallback, useMemo, useState } from 'react';
import { calmly } from '../../platform/api/calm.ts';
import { type PagedList, type Pages, usePagedList } from '../../platform/api/pages.ts';
import { loadUpdates, type UpdatesAsked } from './deployment.queries.ts';
import { pagesAt, withPages } from './update-pages.rules.ts';

const pageSize = 200;
/** A list of more pages than these is read again only where somebody looks. */
const pagesReadWhole = 3;
/** That a device comes and goes no event of a deployment tells. */
const pollMs = 10_000;

type UpdateList = { list: PagedList<Update>; onSight: (first: number, last: number) => void };

/**
 * The updates that are asked for, page by page. Events bring it up to date; what they do not tell is read again: all of a
 * short list, and of a long one the pages in sight, which cost the same however many devices there are.
 */
export function useUpdateList(project: string, deployment: Deployment, asked: UpdatesAsked): UpdateList {
  const { status, search, reason, failed_step, message } = asked;
  const { id, finished_at } = deployment;
  const isOpen = finished_at === null;
  const listKey = useMemo(
    () => [project, 'updates', id, { status, search, reason, failed_step, message }],
    [project, id, status, search, reason, failed_step, message],
  );
  const load = (after: string | null) => loadUpdates(project, id, asked, after, pageSize);
  const list = usePagedList(listKey, load, {
    refetchesUpToPages: pagesReadWhole,
    ...(isOpen && { refetchIntervalMs: pollMs }),
  });
  const [sight, setSight] = useState({ first: 0, last: 0 });
  const onSight = useCallback((first: number, last: number) => setSight({ first, last }), []);
  const [seen] = useDebouncedValue(sight, 200);
  const isLong = list.items.length > pagesReadWhole * pageSize;
  const queries = useQueryClient();
  const inSight = calmly({
    queryKey: [project, 'updates-in-sight', id, listKey[3], seen.first, seen.last],
    queryFn: async () => {
      const known = queries.getQueryData<Pages<Update>>(listKey);
      const numbers = known === undefined ? [] : pagesAt(known, seen.first, seen.last);
      const pages = await Promise.all(
        numbers.map(async (number) => [number, await load(known?.pageParams[number] as string | null)] as const),
      );
      queries.setQueryData<Pages<Update>>(listKey, (before) => before && withPages(before, new Map(pages)));
      return null;
    },
    everyMs: pollMs,
  });
  useQuery({ ...inSight, enabled: isLong, ...(!isOpen && { refetchInterval: false }), gcTime: 0 });
  return { list, onSight };
}
