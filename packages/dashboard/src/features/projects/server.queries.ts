import { queryOptions } from '@tanstack/react-query';
import type { ServerView } from '@tideway/protocol';
import { get } from '../../platform/api/call.ts';

/** What the server says of itself: its address, and how large an artifact may be. */
export const serverQuery = queryOptions({
  queryKey: ['server'],
  queryFn: () => get<ServerView>('/server'),
  staleTime: 60_000,
});
