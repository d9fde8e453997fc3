import { describe, expect, it } from 'vitest';
import { changesOf, fieldOfPlace } from './edit-device.rules.ts';

const device = { name: 'till-1', group: 'North', description: '', tags: ['a'], apps: [{ name: 'till', version: '1' }] };
const values = { ...device, typedTag: '' };

describe('what is sent of an edited device', () => {
  it('is nothing where nothing was changed', () => {
    expect(changesOf(device, { ...values, tags: ['a'], apps: [{ name: 'till', version: '1' }] })).toEqual({});
  });

  it('is what was changed', () => {
    expect(changesOf(device, { ...values, name: 'till-2', tags: [] })).toEqual({ name: 'till-2', tags: [] });
    const apps = [{ name: 'till', version: '2' }];
    expect(changesOf(device, { ...values, apps })).toEqual({ apps });
    expect(changesOf(device, { ...values, typedTag: 'b' })).toEqual({ tags: ['a', 'b'] });
  });

  it.each([
    ['apps[1].version', 'apps'],
    ['apps.0.name', 'apps'],
    ['name', 'name'],
  ])('belongs to a field: %s', (place, field) => expect(fieldOfPlace(place)).toBe(field));
});
