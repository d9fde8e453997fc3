const firstMs = 1000;
const longestMs = 60_000;

/**
 * Milliseconds until the next try after so many failures in a row. Anything from nothing to a time that doubles up to a
 * minute (full jitter), so that a fleet that lost its server does not come back at once; after what the server asked
 * for, where it did.
 * @param retryAfterS what the server asked for, as the least
 * @param random from 0 to 1
 */
export function retryDelayMs(failures: number, retryAfterS: number | null, random: number): number {
  const usual = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10));
  return Math.round((retryAfterS ?? 0) * 1000 + usual * random);
}

const firstChannelMs = 5000;
const longestChannelMs = 10 * 60_000;

/**
 * Milliseconds for which no new channel is tried after so many that could not be opened or did not last. Anything from
 * nothing to the longest (full jitter): the devices of a server that died do not come to the next one together.
 * @param random from 0 to 1
 */
export function channelDelayMs(failures: number, random: number): number {
  return Math.round(Math.min(longestChannelMs, firstChannelMs * 2 ** Math.min(failures - 1, 10)) * random);
}

/** Milliseconds until the next poll: a little early, so that a device that keeps its rhythm is never late. */
export function pollDelayMs(pollAfterS: number, random: number): number {
  const bounded = Math.min(Math.max(pollAfterS, 0.05), 3600);
  return Math.round(bounded * 1000 * (0.9 + random / 10));
}
