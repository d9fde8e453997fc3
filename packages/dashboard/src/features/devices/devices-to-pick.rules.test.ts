import { describe, expect, it } from 'vitest';
import { devicesToPick } from './devices-to-pick.rules.ts';

const is = (value: string) => ({ type: 'specific_device', operand: 'is', value }) as const;
const winter = { type: 'tag', operand: 'is', value: 'winter' } as const;

describe('a filter with several devices', () => {
  it('may mean one device twice, or none of several', () => {
    expect(devicesToPick({})).toBeNull();
    expect(devicesToPick({ filters: [is('d-1'), winter, is('d-1')] })).toBeNull();
    expect(devicesToPick({ filters: [is('d-1'), { ...is('d-2'), operand: 'is_not' }] })).toBeNull();
  });

  it('cannot mean a device that is two of them, but a pick of them among what the rest selects', () => {
    expect(devicesToPick({ filters: [is('d-1'), is('d-2'), is('d-1')] })).toEqual({ ids: ['d-1', 'd-2'], rest: {} });
    const groups = [{ name: 'North' }];
    expect(devicesToPick({ groups, filters: [is('d-1'), winter, is('d-2')] })).toEqual({
      ids: ['d-1', 'd-2'],
      rest: { groups, filters: [winter] },
    });
  });
});
