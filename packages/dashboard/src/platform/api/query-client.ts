import { QueryClient } from '@tanstack/react-query';
import { Refused } from './refused.ts';

/** What was read from the server. A refusal is an answer and is not asked for again; what could not be reached is. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A browser that has no way to the internet says that it is offline, where the server is in the same house.
      networkMode: 'always',
      // Without this it would not be, because it does not wait for a network.
      refetchOnReconnect: true,
      staleTime: 5_000,
      retry: (failures, error) => !(error instanceof Refused && error.status < 500) && failures < 3,
      refetchOnWindowFocus: true,
    },
  },
});
