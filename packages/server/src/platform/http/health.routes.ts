import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { defineRoute, everybody, type Route } from './route.ts';

/** `/healthz`: the process lives. `/readyz`: it can do its work now. */
export function healthRoutes(isReady: () => Promise<boolean>): Route[] {
  const answer = z.object({ status: z.literal('ok') });
  return [
    defineRoute({
      method: 'GET',
      path: '/healthz',
      tag: 'Health',
      summary: 'Whether the process lives',
      access: everybody,
      isAlwaysAnswered: true,
      answer,
      handle: async () => ({ status: 'ok' as const }),
    }),
    defineRoute({
      method: 'GET',
      path: '/readyz',
      tag: 'Health',
      summary: 'Whether the server can do its work: it holds its database and reaches it',
      access: everybody,
      isAlwaysAnswered: true,
      answer,
      handle: async () => {
        if (await isReady()) return { status: 'ok' as const };
        throw new Refusal('unavailable', 'The database cannot be reached at the moment', { retryAfterS: 2 });
      },
    }),
  ];
}
