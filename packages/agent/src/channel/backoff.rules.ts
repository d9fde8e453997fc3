const firstMs = 1000;
const longestMs = 60_000;

/**
 * Milliseconds until the next try after so many failures in a row. Doubles up to a minute; the jitter keeps a fleet
 * that lost its server from coming back at once.
 * @param retryAfterS what the server asked for, as the least
 * @param random from 0 to 1
 */
export function retryDelayMs(failures: number, retryAfterS: number | null, random: number): number {
  const usual = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10));
  const least = (retryAfterS ?? 0) * 1000;
  return Math.round(Math.max(usual * (0.5 + random / 2), least * (1 + random / 10)));
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
