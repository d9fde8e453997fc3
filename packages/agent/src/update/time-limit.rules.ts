/** How much of an update's time was used up, and when that was written down. */
export type TimeSpent = { spent_ms: number; at: { wall_ms: number; uptime_ms: number; boot_id: string } };

/**
 * The time used up until `now`: only time since a boot counts, and the calendar never. A device without a clock of its
 * own may wake up in 1970, or thirty years later than it fell asleep: that must not end an update that has only begun.
 * The time that the device was switched off is left to the server, whose clock ends what is overdue.
 */
export function spentUntil(known: TimeSpent, now: TimeSpent['at']): TimeSpent {
  const passed = known.at.boot_id === now.boot_id ? now.uptime_ms - known.at.uptime_ms : now.uptime_ms;
  return { spent_ms: known.spent_ms + Math.max(0, passed), at: now };
}
