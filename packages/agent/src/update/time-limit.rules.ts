/** How much of an update's time was used up, and when that was written down. */
export type TimeSpent = { spent_ms: number; at: { wall_ms: number; uptime_ms: number; boot_id: string } };

/**
 * The time used up until `now`. Within one boot the time since the boot counts, across a boot the calendar; a calendar
 * that jumped back adds nothing, so that a wrong clock can make the limit longer by one boot, but never end an update
 * that has only begun.
 */
export function spentUntil(known: TimeSpent, now: TimeSpent['at']): TimeSpent {
  const passed = known.at.boot_id === now.boot_id ? now.uptime_ms - known.at.uptime_ms : now.wall_ms - known.at.wall_ms;
  return { spent_ms: known.spent_ms + Math.max(0, passed), at: now };
}
