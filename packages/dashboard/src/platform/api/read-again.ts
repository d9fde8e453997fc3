import { hashKey, type QueryClient, type QueryKey } from '@tanstack/react-query';

type Round = { lastMs: number; timer: ReturnType<typeof setTimeout> | null };

const rounds = new WeakMap<QueryClient, Map<string, Round>>();

/**
 * Reads again what begins with this key, at most once in `everyMs`, and always once after the last time it was asked:
 * what is asked for at each of many events costs no more than a poll, and is right at their end.
 */
export function readAgainSoon(queries: QueryClient, queryKey: QueryKey, everyMs: number): void {
  const ofClient = rounds.get(queries) ?? new Map<string, Round>();
  rounds.set(queries, ofClient);
  const name = hashKey(queryKey);
  const round = ofClient.get(name) ?? { lastMs: Number.NEGATIVE_INFINITY, timer: null };
  ofClient.set(name, round);
  round.timer ??= setTimeout(
    () => {
      round.timer = null;
      round.lastMs = performance.now();
      void queries.invalidateQueries({ queryKey });
    },
    Math.max(0, round.lastMs + everyMs - performance.now()),
  );
}
