import type { QueryKey } from '@tanstack/react-query';

/** At most so much of the time one page keeps the server at work for one question. */
const share = 1 / 20;
/** After one slow answer it is asked again nevertheless. */
const mostMs = 120_000;
/** How long the last two answers took. */
const tookMs = new Map<string, [number, number]>();

/** Reads, and notes how long the server took for it. */
export async function timed<Answer>(queryKey: QueryKey, read: () => Promise<Answer>): Promise<Answer> {
  const startedMs = performance.now();
  const answer = await read();
  if (tookMs.size >= 1000) tookMs.clear();
  const name = JSON.stringify(queryKey);
  const [beforeMs] = tookMs.get(name) ?? [0];
  tookMs.set(name, [performance.now() - startedMs, beforeMs]);
  return answer;
}

/**
 * When to read again what is read every `everyMs`: later where the server takes long, as it does to count a large fleet.
 * One slow answer tells nothing of the server: it may have waited for the page, which was still being loaded.
 */
export function calmInterval(queryKey: QueryKey, everyMs: number): number {
  const shorterMs = Math.min(...(tookMs.get(JSON.stringify(queryKey)) ?? [0]));
  return Math.max(everyMs, Math.min(mostMs, shorterMs / share));
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
