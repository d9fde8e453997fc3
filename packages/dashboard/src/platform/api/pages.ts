import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Page } from './call.ts';

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

/** Reads a list by `load`, which gets the cursor of the page before, or null for the first one. */
export function usePagedList<Item>(
  queryKey: QueryKey,
  load: (after: string | null) => Promise<Page<Item>>,
  options: { refetchIntervalMs?: number } = {},
): PagedList<Item> {
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    ...(options.refetchIntervalMs !== undefined && { refetchInterval: options.refetchIntervalMs }),
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
