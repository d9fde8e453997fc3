import { type InfiniteData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Page } from './call.ts';
import { calmInterval, timed } from './calm.ts';

/** A list that is read page by page, as far as somebody looks. */
export type PagedList<Item> = {
  items: Item[];
  isLoading: boolean;
  isLoadingMore: boolean;
  error: unknown;
  hasMore: boolean;
  loadMore: () => void;
  reload: () => void;
};

type PagedListOptions = {
  /** Read again so often, and less often where the server takes long. */
  refetchIntervalMs?: number;
  /** A list of more pages than these is not read again by itself: each of them would be a call. */
  refetchesUpToPages?: number;
};

/** Reads a list by `load`, which gets the cursor of the page before, or null for the first one. */
export function usePagedList<Item>(
  queryKey: QueryKey,
  load: (after: string | null) => Promise<Page<Item>>,
  options: PagedListOptions = {},
): PagedList<Item> {
  const { refetchIntervalMs: everyMs, refetchesUpToPages = Number.POSITIVE_INFINITY } = options;
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => timed(queryKey, () => load(pageParam)),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    enabled: ({ state }) => (state.data?.pages.length ?? 0) <= refetchesUpToPages,
    refetchInterval: () => everyMs !== undefined && calmInterval(queryKey, everyMs),
  });
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch } = list;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return {
    items,
    isLoading: list.isPending,
    isLoadingMore: isFetchingNextPage,
    error: list.error,
    hasMore: hasNextPage,
    loadMore: () => {
      if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
    },
    reload: () => void refetch(),
  };
}

/** What a list that was read page by page is kept as. */
export type Pages<Item> = InfiniteData<Page<Item>>;

/** The same object where nothing has changed, so that nothing is drawn again. */
export function mapPages<Item>(known: Pages<Item> | undefined, renew: (item: Item) => Item): Pages<Item> | undefined {
  if (known === undefined) return undefined;
  let hasChanged = false;
  const pages = known.pages.map((page) => {
    const items = page.items.map(renew);
    if (items.every((item, index) => item === page.items[index])) return page;
    hasChanged = true;
    return { ...page, items };
  });
  return hasChanged ? { ...known, pages } : known;
}
