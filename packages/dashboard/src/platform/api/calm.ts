import type { QueryKey } from '@tanstack/react-query';

/** At most so much of the time one page keeps the server at work for one question. */
const share = 1 / 20;
/** After one slow answer it is asked again nevertheless. */
const mostMs = 120_000;
const tookMs = new Map<string, number>();

/** Reads, and notes how long the server took for it. */
export async function timed<Answer>(queryKey: QueryKey, read: () => Promise<Answer>): Promise<Answer> {
  const startedMs = performance.now();
  const answer = await read();
  if (tookMs.size >= 1000) tookMs.clear();
  tookMs.set(JSON.stringify(queryKey), performance.now() - startedMs);
  return answer;
}

/** When to read again what is read every `everyMs`: later where the server takes long, as it does to count a large fleet. */
export function calmInterval(queryKey: QueryKey, everyMs: number): number {
  return Math.max(everyMs, Math.min(mostMs, (tookMs.get(JSON.stringify(queryKey)) ?? 0) / share));
}

type CalmQuery<Answer> = { queryKey: QueryKey; queryFn: () => Promise<Answer>; everyMs: number };

/** A question that is asked again every `everyMs`, and less often where the server takes long for the answer. */
export function calmly<Answer>({ queryKey, queryFn, everyMs }: CalmQuery<Answer>) {
  return {
    queryKey,
    queryFn: () => timed(queryKey, queryFn),
    refetchInterval: () => calmInterval(queryKey, everyMs),
  };
}
