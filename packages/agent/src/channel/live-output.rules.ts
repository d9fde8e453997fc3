/** A contact costs traffic, and the server one more piece to keep; nobody watches a line a second for an hour. */
const shortestMs = 1_000;
const longestMs = 10_000;
const shareOfRun = 1 / 20;

/** How long output waits for more of it before it is sent: the longer, the longer its step has been running. */
export function liveOutputDelayMs(stepRunsForS: number): number {
  return Math.min(longestMs, Math.max(shortestMs, stepRunsForS * 1000 * shareOfRun));
}
