import { describe, expect, it } from 'vitest';
import { spentUntil } from './time-limit.rules.ts';

describe('the time that an update has used up', () => {
  const known = { spent_ms: 1000, at: { wall_ms: 50_000, uptime_ms: 8000, boot_id: 'first' } };

  it('is told by the time since the boot, whatever the calendar does', () => {
    const now = { wall_ms: 99_000_000, uptime_ms: 8500, boot_id: 'first' };
    expect(spentUntil(known, now)).toEqual({ spent_ms: 1500, at: now });
  });

  it.each([0, 60_000, Date.parse('2099-01-01')])(
    'goes on across a boot by the time since then, at %s too',
    (wall_ms) => {
      expect(spentUntil(known, { wall_ms, uptime_ms: 700, boot_id: 'second' }).spent_ms).toBe(1700);
    },
  );
});
