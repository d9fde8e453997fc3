import type { QueryKey } from '@tanstack/react-query';

type CalmQuery<Answer> = { queryKey: QueryKey; queryFn: () => Promise<Answer>; everyMs: number };

/** At most so much of the time one page keeps the server at work for one question. */
const share = 1 / 20;
/** After one slow answer it is asked again nevertheless. */
const mostMs = 120_000;
const tookMs = new Map<string, number>();

/**
 * What is read again every `everyMs`, and less often where the server takes long for the answer, as it does to count a
 * large fleet.
 */
export function calmly<Answer>({ queryKey, queryFn, everyMs }: CalmQuery<Answer>) {
  const known = JSON.stringify(queryKey);
  return {
    queryKey,
    queryFn: async () => {
      const startedMs = performance.now();
      const answer = await queryFn();
      if (tookMs.size >= 1000) tookMs.clear();
      tookMs.set(known, performance.now() - startedMs);
      return answer;
    },
    refetchInterval: () => Math.max(everyMs, Math.min(mostMs, (tookMs.get(known) ?? 0) / share)),
  };
}
