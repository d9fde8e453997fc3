/** What became of a call: the server's status with the time it asked for, or why there is no answer. */
export type Outcome = { status: number; retryAfterS: number | null } | { fault: string };

/**
 * How long to wait before a call is made again, or null where its outcome stands.
 * @param attempt counts from 1
 * @param leftMs for how long the caller is still patient
 */
export function pauseBeforeNextMs(outcome: Outcome, attempt: number, leftMs: number): number | null {
  if (!isPassing(outcome)) return null;
  const askedMs = 'status' in outcome && outcome.retryAfterS !== null ? outcome.retryAfterS * 1000 : null;
  const pauseMs = askedMs ?? Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
  return pauseMs <= leftMs ? pauseMs : null;
}

const firstPauseMs = 250;
const longestPauseMs = 4000;

/** Whether another try may end otherwise. 502 and 504 are those of a proxy whose server is away. */
function isPassing(outcome: Outcome): boolean {
  return 'status' in outcome ? [429, 502, 503, 504].includes(outcome.status) : passingFaults.includes(outcome.fault);
}

const passingFaults = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'TimeoutError',
];
