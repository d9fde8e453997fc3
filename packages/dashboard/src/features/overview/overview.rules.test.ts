import { describe, expect, it } from 'vitest';
import { actionWords, groupByApp, successPercent, wholeDays } from './overview.rules.ts';

const none = { success: 0, failed: 0, aborted: 0 };
const now = Date.parse('2026-03-01T12:00:00Z');

describe('days', () => {
  it('are all there, with today at the end and noughts where nothing was', () => {
    const known = [
      { day: '2026-01-01', success: 9, failed: 0, aborted: 0 },
      { day: '2026-02-28', success: 1, failed: 2, aborted: 3 },
    ];
    expect(wholeDays(known, now, 3)).toEqual([
      { day: '2026-02-27', ...none },
      known[1],
      { day: '2026-03-01', ...none },
    ]);
  });
});

describe('the success rate', () => {
  it('is nothing where nothing has a result', () => {
    expect(successPercent([{ day: '2026-03-01', success: 0, failed: 0, aborted: 4 }])).toBeNull();
  });

  it('counts what has a result', () => {
    expect(successPercent([{ day: '2026-03-01', success: 3, failed: 1, aborted: 9 }])).toBe(75);
  });

  it('never says all where one has failed, or none where one has not', () => {
    expect(successPercent([{ day: '2026-03-01', success: 99_999, failed: 1, aborted: 0 }])).toBe(99.9);
    expect(successPercent([{ day: '2026-03-01', success: 1, failed: 99_999, aborted: 0 }])).toBe(0.1);
  });
});

describe('apps in the fleet', () => {
  it('hold their versions, each list with the largest first', () => {
    const versions = [
      { app: 'camera', version: '1', devices: 2 },
      { app: 'irrigation', version: '1', devices: 1 },
      { app: 'irrigation', version: '2', devices: 5 },
    ];
    expect(groupByApp(versions)).toEqual([
      {
        app: 'irrigation',
        devices: 6,
        versions: [
          { version: '2', devices: 5 },
          { version: '1', devices: 1 },
        ],
      },
      { app: 'camera', devices: 2, versions: [{ version: '1', devices: 2 }] },
    ]);
  });
});

it('an action is said in words', () => {
  expect(actionWords('pairing_token.created')).toBe('pairing token created');
});
