import { describe, expect, it } from 'vitest';
import { readOrderSearch } from './order-search.rules.ts';

describe('the address of an order', () => {
  it('is read as the router gives it', () => {
    const filter = { groups: [{ name: 'North' }] };
    const read = { flow: 'f-0000-0001', version: 2, filter: JSON.stringify(filter), devices: ['d-0000-0001'] };
    expect(readOrderSearch({ again: 'dp-0000-0001' })).toEqual({ again: 'dp-0000-0001' });
    expect(readOrderSearch(read)).toEqual(read);
    expect(readOrderSearch({ ...read, filter, devices: 'd-0000-0001' })).toEqual(read);
  });

  it('is read as far as it means something', () => {
    expect(readOrderSearch({ version: 'x', devices: [1], other: true })).toEqual({});
    expect(readOrderSearch({ filter: 5, flow: 7 })).toEqual({ filter: '5', flow: '7' });
  });
});
