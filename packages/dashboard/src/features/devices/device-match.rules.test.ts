import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestFirst, deviceNamed, isAllOf, meaningOf, offerText } from './device-match.rules.ts';

const device = (id: string, name: string) => ({ id, name });

describe('devices that a search has found', () => {
  it('begin with the one whose name or id it is, and end with those found by something else', () => {
    const found = [
      device('d-1', 'cellar'),
      device('d-2', 'old-pump-1'),
      device('d-3', 'pump-10'),
      device('d-4', 'Pump-1'),
      device('pump-1', 'roof'),
    ];
    expect(bestFirst(found, 'pump-1').map(({ name }) => name)).toEqual([
      'Pump-1',
      'roof',
      'pump-10',
      'old-pump-1',
      'cellar',
    ]);
  });

  it('are all still there, in the order they came where nothing tells them apart', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ id: fc.string(), name: fc.string() })), fc.string(), (found, text) => {
        const sorted = bestFirst(found, text);
        expect(new Set(sorted)).toEqual(new Set(found));
        expect(bestFirst(sorted, text)).toEqual(sorted);
      }),
    );
    const alike = [device('d-2', 'roof'), device('d-1', 'cellar')];
    expect(bestFirst(alike, 'north')).toEqual(alike);
    expect(bestFirst(alike, '')).toEqual(alike);
  });
});

describe('a text that is typed for a device', () => {
  const devices = [device('d-1', 'pump'), device('d-2', 'Pump'), device('d-3', 'Roof'), device('pump', 'door')];

  it('is all of a device to the letter, as there may be another one that differs in capitals', () => {
    expect(['Pump', 'd-3', 'PUMP', 'roof', 'Roo', ''].map((text) => isAllOf(devices, text))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it.each([
    ['Pump', 'd-2'],
    ['d-1', 'd-1'],
    ['roof', 'd-3'],
    // An id goes before a name: it is what the filter holds.
    ['pump', 'pump'],
    // Two names differ in capitals only.
    ['PUMP', null],
    ['roo', null],
    ['', null],
  ])('%s means %s', (text, id) => expect(deviceNamed(devices, text)?.id ?? null).toBe(id));
});

describe('a text that is confirmed or left', () => {
  const pump = device('d-1', 'pump-1');
  const devices = [pump, device('d-2', 'pump-2')];

  it('is the device of this name, however it was confirmed', () => {
    for (const by of ['enter', 'leave'] as const)
      for (const takesAnyId of [true, false])
        expect(meaningOf('pump-1', { devices, by, takesAnyId })).toEqual({ device: pump });
  });

  it.each([
    // Somebody sees the list and chooses.
    ['pump', devices, 'enter', true, 'choice'],
    ['pump', devices, 'enter', false, 'choice'],
    ['pump', devices, 'leave', false, 'choice'],
    ['pump', devices, 'leave', true, 'id'],
    ['d-9', [], 'enter', true, 'id'],
    ['d-9', [], 'leave', true, 'id'],
    ['d-9', [], 'enter', false, 'nothing'],
    ['d-9', [], 'leave', false, 'nothing'],
  ] as const)('%s, which finds %j, by %s where any id counts (%s): %s', (text, found, by, takesAnyId, meaning) => {
    expect(meaningOf(text, { devices: found, by, takesAnyId })).toBe(meaning);
  });
});

describe('what is said of the devices that are offered', () => {
  it.each([
    [0, false, 'pump', 'No device matches.'],
    [0, false, '', 'There are no devices yet.'],
    [1, false, 'pump', '1 device matches'],
    [3, false, '', '3 devices match'],
    [10, true, 'pump', 'More devices match: type more of the name.'],
    [10, true, '', 'The first 10 devices: type to search.'],
  ])('%i, more: %s, for “%s”: %s', (count, hasMore, text, words) => {
    expect(offerText(count, hasMore, text)).toBe(words);
  });
});
