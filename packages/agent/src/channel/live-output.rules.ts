/** Each time costs traffic, and the server a piece to keep. Where somebody reads along, the server asks for it. */
const shortestMs = 5_000;
const longestMs = 60_000;
const shareOfRun = 1 / 2;

/** How long output waits for more of it before it is sent unasked: the longer, the longer its step has been running. */
export function liveOutputDelayMs(stepRunsForS: number): number {
  return Math.min(longestMs, Math.max(shortestMs, stepRunsForS * 1000 * shareOfRun));
}
