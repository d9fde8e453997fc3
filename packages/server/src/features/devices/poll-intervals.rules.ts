/** Seconds until a device should ask again: while it has nothing to do, and while it is at an update. */
export type PollIntervals = { idleS: number; atWorkS: number };

const atWorkS = 2;

/**
 * Seconds until a device should ask again, up to a fifth more or less than set, so that devices that came at once do
 * not come back at once. While it is at an update it asks more often, to hear of an abort.
 * @param idleS the interval that is set for devices with nothing to do
 * @param random from 0 to 1
 */
export function pollIntervals(idleS: number, random: number): PollIntervals {
  const spread = 0.8 + random * 0.4;
  return { idleS: idleS * spread, atWorkS: Math.min(idleS, atWorkS) * spread };
}
