import { Refusal } from '../refusal.ts';
import { type Rate, RateLimit } from './rate-limit.ts';

/** What one caller, and all of them together, may ask of this server; `config.ts` reads it. */
export type Limits = {
  /** Calls of one access token. */
  tokenCalls: Rate;
  /** Messages of one device, and its other calls. */
  deviceMessages: Rate;
  /** Attempts of one address with a token, ticket or signature that is none of ours. */
  failedAuthentications: Rate;
  /** Passwords and codes of one email or address that were wrong. */
  failedSignIns: Rate;
  requestsAtOnce: number;
  downloadsAtOnce: number;
  /** Event streams that are followed. */
  streamsAtOnce: number;
  /** Seconds after which it is asked again whether who follows one still may. */
  streamCheckS: number;
};

export const defaultLimits: Limits = {
  tokenCalls: { perS: 100, burst: 200 },
  deviceMessages: { perS: 50, burst: 300 },
  failedAuthentications: { perS: 10, burst: 100 },
  failedSignIns: { perS: 0.1, burst: 10 },
  requestsAtOnce: 2000,
  downloadsAtOnce: 200,
  streamsAtOnce: 2000,
  streamCheckS: 30,
};

/** Who did how much of late; each server process counts by itself. */
export type RateLimits = {
  /** By the hash of an access token that was good when it was last used. */
  tokens: RateLimit;
  /** By the internal id of a device. */
  devices: RateLimit;
  /** How often a device is asked for output, by its internal id. */
  outputs: RateLimit;
  /** By address. */
  failures: RateLimit;
  /** By email, and by address. */
  signIns: RateLimit;
};

export function createRateLimits(limits: Limits): RateLimits {
  return {
    tokens: new RateLimit(limits.tokenCalls),
    devices: new RateLimit(limits.deviceMessages),
    outputs: new RateLimit({ perS: 1, burst: 1 }),
    failures: new RateLimit(limits.failedAuthentications),
    signIns: new RateLimit(limits.failedSignIns),
  };
}

/** Refuses who has to pause. */
export function requireNoPause(pauseMs: number, who: string): void {
  if (pauseMs === 0) return;
  const retryAfterS = Math.ceil(pauseMs / 1000);
  throw new Refusal('rate_limited', `Too many calls ${who}: try again after ${retryAfterS} s`, { retryAfterS });
}

/**
 * Runs what finds out who calls. An address from which too much of it has failed waits before the next attempt is even
 * looked at.
 */
export async function attemptFrom<Result>(
  address: string,
  failures: RateLimit,
  attempt: () => Promise<Result>,
): Promise<Result> {
  requireNoFailures(address, failures);
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'invalid_token') failures.charge(address);
    throw error;
  }
}

/** Refuses an attempt that was looked at because that costs nothing, and counts it. */
export function refuseAttempt(address: string, failures: RateLimit, refusal: Refusal): never {
  requireNoFailures(address, failures);
  failures.charge(address);
  throw refusal;
}

function requireNoFailures(address: string, failures: RateLimit): void {
  requireNoPause(failures.pauseMs(address), 'from this address that failed to authenticate');
}
