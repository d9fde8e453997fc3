/** The values that a device may show: the one that it showed last, and the newest that it was given. */
export type SessionValues = { presented: string | null; successor: string | null };

/** What a value says: the device is the one that we know, or its state was restored or copied. */
export type SessionVerdict = 'known' | 'copied';

/**
 * Tells a device by the value in its hello. Null is what a device shows that was never given a value; as the value
 * shown last it stays valid until the first one given has arrived, because that answer may be lost.
 */
export function judgeSessionValue({ presented, successor }: SessionValues, shown: string | null): SessionVerdict {
  const wasNeverGivenOne = successor === null;
  return wasNeverGivenOne || shown === successor || shown === presented ? 'known' : 'copied';
}
