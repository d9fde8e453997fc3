import { type DeviceFilter, deviceFilterSchema, updateStatuses } from '@tideway/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  filterFromAddress,
  filterText,
  filterToAddress,
  isSameFilter,
  isWholeInFilter,
  partOfField,
} from './filter-text.rules.ts';

const winter = { type: 'tag', operand: 'is', value: 'winter' } as const;
const online = { type: 'device_state', operand: 'is', value: 'online' } as const;

describe('a filter in words', () => {
  it.each<[string, DeviceFilter]>([
    ['all devices', {}],
    ['all devices', { groups: [], filters: [] }],
    ['in North or South', { groups: [{ name: 'North' }, { name: 'South' }] }],
    ['in “North or South”', { groups: [{ name: 'North or South' }] }],
    ['has the tag winter', { filters: [winter] }],
    [
      'in North or South, and all of: has the tag winter; is online',
      { groups: [{ name: 'North' }, { name: 'South' }], filters: [winter, online] },
    ],
    [
      'in North, and does not have the tag winter',
      { groups: [{ name: 'North' }], filters: [{ ...winter, operand: 'is_not' }] },
    ],
    [
      'all of: has the app till in version 1.2; does not have the app door',
      {
        filters: [
          { type: 'app', operand: 'is', value: 'till', app_version: '1.2' },
          { type: 'app', operand: 'is_not', value: 'door' },
        ],
      },
    ],
    ['is not the device d-1', { filters: [{ type: 'specific_device', operand: 'is_not', value: 'd-1' }] }],
    [
      'all of: is not part of deployment dp-1; has an update in deployment dp-2 that is in progress',
      {
        filters: [
          { type: 'deployment', operand: 'is_not', value: 'any', deployment_id: 'dp-1' },
          { type: 'deployment', operand: 'is', value: 'in_progress', deployment_id: 'dp-2' },
        ],
      },
    ],
    [
      'does not have a last update that is success',
      { filters: [{ type: 'update_status', operand: 'is_not', value: 'success' }] },
    ],
  ])('%s', (text, filter) => expect(filterText(filter)).toBe(text));

  it('calls devices by their names where these are known', () => {
    const isNot = (value: string) => ({ type: 'specific_device', operand: 'is_not', value }) as const;
    const names = new Map([
      ['d-1', 'pump-1'],
      ['d-2', 'Old pump'],
    ]);
    expect(filterText({ filters: ['d-1', 'd-2', 'd-3'].map(isNot) }, names)).toBe(
      'all of: is not the device pump-1 (d-1); is not the device “Old pump” (d-2); is not the device d-3',
    );
  });
});

describe('a filter in an address', () => {
  const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter(isName);
  const operand = fc.constantFrom('is' as const, 'is_not' as const);
  const filter = fc.oneof(
    fc.record({ type: fc.constant('tag' as const), operand, value: name }),
    fc.record({ type: fc.constant('app' as const), operand, value: name, app_version: name }),
    fc.record({ type: fc.constant('update_status' as const), operand, value: fc.constantFrom(...updateStatuses) }),
  );

  it('comes back as it went there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name }), { minLength: 1 }),
        fc.array(filter, { minLength: 1 }),
        (groups, filters) => {
          expect(filterFromAddress(filterToAddress({ groups, filters }))).toEqual({ filter: { groups, filters } });
        },
      ),
    );
  });

  it('is left out where it restricts nothing', () => {
    expect(filterToAddress({})).toBeUndefined();
    expect(filterToAddress({ groups: [], filters: [] })).toBeUndefined();
    expect(filterFromAddress(undefined)).toEqual({ filter: {} });
  });

  it.each([
    ['is not JSON', '{"groups":[{"na'],
    ['wrong at groups[0].name: must not be empty', '{"groups":[{"name":""}]}'],
    [
      'wrong at filters[1].value',
      '{"filters":[{"type":"device_state","operand":"is","value":"online"},{"type":"device_state","operand":"is","value":"asleep"}]}',
    ],
    ['wrong at filters[0].type', '{"filters":[{"type":"colour","operand":"is","value":"red"}]}'],
    ['wrong', '[]'],
    ['wrong', '7'],
  ])('that says something else is refused with what is wrong: %s', (error, text) => {
    expect(filterFromAddress(text)).toEqual({ error: expect.stringContaining(error) });
  });
});

describe('two filters', () => {
  it('are the same whatever the order of their fields, and an empty list is none', () => {
    expect(
      isSameFilter({ filters: [winter] }, { groups: [], filters: [{ value: 'winter', operand: 'is', type: 'tag' }] }),
    ).toBe(true);
    expect(isSameFilter({ filters: [winter] }, { filters: [{ ...winter, operand: 'is_not' }] })).toBe(false);
    expect(isSameFilter({ filters: [winter] }, {})).toBe(false);
  });
});

describe('a saved filter', () => {
  const saved = { id: 'sf-1', name: 'winter', created_at: '', changed_at: '', search: null, attention: null };

  it('can be taken for an order where nothing of it is lost', () => {
    expect(isWholeInFilter({ ...saved, device_filter: { filters: [winter] } })).toBe(true);
    expect(isWholeInFilter({ ...saved, device_filter: { filters: [winter] }, search: 'pump' })).toBe(false);
    expect(isWholeInFilter({ ...saved, device_filter: {}, attention: 'held' })).toBe(false);
    expect(isWholeInFilter({ ...saved, device_filter: {} })).toBe(false);
  });
});

describe('the field of a refusal', () => {
  it.each([
    ['device_filter.filters[2].value', 2],
    ['filters[0]', 0],
    ['device_filter.groups[0].name', 'groups'],
    ['device_filter', null],
    ['device_ids[3]', null],
    [null, null],
  ])('%s is about %s', (field, part) => expect(partOfField(field)).toBe(part));
});

function isName(text: string): boolean {
  return deviceFilterSchema.safeParse({ groups: [{ name: text }] }).success;
}
