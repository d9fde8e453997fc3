import { pause } from '../system/timing.ts';
import { fullBucket, type TokenBucket, takeFrom } from './token-bucket.rules.ts';

/** A bandwidth that all downloads share. Holds no bytes: who has received too many waits before it reads on. */
export class RateLimit {
  private readonly bytesPerS: number;
  private bucket: TokenBucket;

  constructor(bytesPerS: number) {
    this.bytesPerS = bytesPerS;
    this.bucket = fullBucket(bytesPerS, performance.now());
  }

  /** Returns when bytes that have come are paid for, or the signal is aborted. */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    const { bucket, waitMs } = takeFrom(this.bucket, bytes, this.bytesPerS, performance.now());
    this.bucket = bucket;
    if (waitMs > 0) await pause(waitMs, [signal]);
  }
}
