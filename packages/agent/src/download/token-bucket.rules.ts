/** What may still pass at a time; less than nothing where more has passed already. */
export type TokenBucket = { bytes: number; atMs: number };

/** Time for which a bucket that nobody takes from fills: after a pause so much may pass at once. */
const fillingMs = 250;

export function fullBucket(bytesPerS: number, nowMs: number): TokenBucket {
  return { bytes: (bytesPerS * fillingMs) / 1000, atMs: nowMs };
}

/** Takes bytes that have come already, and says for how long nothing more may come. */
export function takeFrom(
  { bytes: left, atMs }: TokenBucket,
  bytes: number,
  bytesPerS: number,
  nowMs: number,
): { bucket: TokenBucket; waitMs: number } {
  const full = (bytesPerS * fillingMs) / 1000;
  const now = Math.min(full, left + ((nowMs - atMs) * bytesPerS) / 1000) - bytes;
  return { bucket: { bytes: now, atMs: nowMs }, waitMs: now >= 0 ? 0 : Math.ceil((-now / bytesPerS) * 1000) };
}
