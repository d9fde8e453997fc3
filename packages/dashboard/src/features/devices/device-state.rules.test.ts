import { describe, expect, it } from 'vitest';
import { appsText, driftText, heldBackBy, shownStateOf } from './device-state.rules.ts';

const joined = { state: 'online', held: false, needs_approval: false, joined_at: '2030-01-01T00:00:00Z' } as const;

describe('where a device stands', () => {
  it.each([
    ['not_joined', { ...joined, joined_at: null, needs_approval: true }],
    ['held', { ...joined, held: true, needs_approval: true }],
    ['needs_approval', { ...joined, needs_approval: true }],
    ['online', joined],
    ['offline', { ...joined, state: 'offline' as const }],
  ] as const)('is %s', (shown, device) => expect(shownStateOf(device)).toBe(shown));

  it('says what keeps it from new updates', () => {
    expect(heldBackBy({ update_trigger: 'off', blocked: null })).toEqual([]);
    expect(heldBackBy({ update_trigger: 'on', blocked: { since: '2030-01-01T00:00:00Z', reason: null } })).toEqual([
      'Trigger on',
      'Blocked',
    ]);
  });
});

describe('the apps of a device', () => {
  it('stand in one line, and so does what the device says else', () => {
    expect(
      appsText([
        { name: 'till', version: '1' },
        { name: 'door', version: '2' },
      ]),
    ).toBe('till 1, door 2');
    expect(
      driftText([
        { name: 'till', version: '1', reported_version: '2' },
        { name: 'door', version: null, reported_version: '3' },
      ]),
    ).toBe('till: recorded 1, reported 2; door: recorded nothing, reported 3');
  });
});
