/** So many in a second on average, and so many at once; no limit where `perS` is 0. */
export type Rate = { perS: number; burst: number };

/** Nobody pauses longer than this, however much came at once. */
const longestPauseMs = 60_000;

/**
 * Counts what each key does and says how long it must pause before it does more. A key is a token bucket that is kept as
 * one number: the time at which the bucket is full again.
 */
export class RateLimit {
  private readonly intervalMs: number;
  private readonly burst: number;
  private readonly maxKeys: number;
  private readonly nowMs: () => number;
  /** In the order of their last use, so that the one that is forgotten for want of room is the one idle for longest. */
  private readonly fullAtMs = new Map<string | number, number>();

  constructor(rate: Rate, maxKeys = 100_000, nowMs = () => performance.now()) {
    this.intervalMs = rate.perS === 0 ? 0 : 1000 / rate.perS;
    this.burst = rate.burst;
    this.maxKeys = maxKeys;
    this.nowMs = nowMs;
  }

  /** Milliseconds until the key may do something; 0 where it may now. */
  pauseMs(key: string | number): number {
    const fullAtMs = this.fullAtMs.get(key);
    return fullAtMs === undefined ? 0 : this.pauseUntilRoomMs(fullAtMs, this.nowMs());
  }

  /** Counts what the key does now, and gives the milliseconds that it must pause before it does more. */
  charge(key: string | number, count = 1): number {
    const now = this.nowMs();
    const charged = Math.max(this.fullAtMs.get(key) ?? now, now) + count * this.intervalMs;
    const fullAtMs = Math.min(charged, now + (this.burst - 1) * this.intervalMs + longestPauseMs);
    this.fullAtMs.delete(key);
    this.fullAtMs.set(key, fullAtMs);
    this.forgetOldest();
    return this.pauseUntilRoomMs(fullAtMs, now);
  }

  /** Whether the key was charged, and has not been forgotten since. */
  knows(key: string | number): boolean {
    return this.fullAtMs.has(key);
  }

  forget(key: string | number): void {
    this.fullAtMs.delete(key);
  }

  private pauseUntilRoomMs(fullAtMs: number, now: number): number {
    const pauseMs = fullAtMs - now - (this.burst - 1) * this.intervalMs;
    // Below this it is what rounding leaves over.
    return pauseMs < 0.001 ? 0 : pauseMs;
  }

  private forgetOldest(): void {
    if (this.fullAtMs.size <= this.maxKeys) return;
    for (const oldest of this.fullAtMs.keys()) {
      this.fullAtMs.delete(oldest);
      return;
    }
  }
}
