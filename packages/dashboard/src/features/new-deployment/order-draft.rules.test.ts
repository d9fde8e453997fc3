import type { DeviceFilter, FlowInput } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { beginning, keptText, readKept, wouldReplace } from './order-draft.rules.ts';
import type { OrderSearch } from './order-search.rules.ts';
import { emptyValues } from './order-values.rules.ts';

const input: FlowInput = { description: null, required: false, default: null, pattern: null, secret: false };
const inputs = { version: input, password: { ...input, secret: true } };
const values = {
  ...emptyValues,
  flow: 'f-0000-0001',
  devices: ['d-0000-0001'],
  parameters: { version: '1.1.0', password: 'typed while it was no secret' },
  secrets: { password: 'hunter2' },
  comment: 'valve fix',
};
const kept = { key: 'k', values, again: null, isTyped: true };
const newKey = () => 'new';

describe('a draft', () => {
  it('comes back as it was, but for secrets', () => {
    const text = keptText(kept, inputs);
    expect(text).not.toMatch(/hunter2|typed while/);
    expect(readKept(text)).toEqual({ ...kept, values: { ...values, parameters: { version: '1.1.0' }, secrets: {} } });
  });

  it('that is none, or of another page, is no draft', () => {
    for (const text of [null, '', '{', '{}', '{"key":"k"}', '{"key":"k","values":{"devices":"all"}}']) {
      expect(readKept(text)).toBeNull();
    }
    expect(readKept('{"key":"k","values":{"comment":"older"}}')?.values).toEqual({ ...emptyValues, comment: 'older' });
  });
});

describe('what a form begins with', () => {
  const asked = { search: {}, filter: {}, ordered: null };
  const fresh = { key: 'new', again: null, isTyped: false, isTakenUp: false };

  it('is what the address asks for', () => {
    const filter = { groups: [{ name: 'North' }] };
    const search = { flow: 'f-0000-0002', filter: '…' };
    expect(beginning({ ...asked, search, filter }, kept, newKey)).toEqual({
      ...fresh,
      values: { ...emptyValues, flow: 'f-0000-0002', filter },
    });
  });

  it('is the draft of that flow, or of any where none is asked for', () => {
    expect(beginning(asked, kept, newKey)).toEqual({ ...kept, isTakenUp: true });
    expect(beginning({ ...asked, search: { flow: 'f-0000-0001' } }, kept, newKey)).toEqual({
      ...kept,
      isTakenUp: true,
    });
  });

  it('has the devices of the address in place of those of the draft', () => {
    const begun = beginning({ ...asked, search: { devices: ['d-0000-0009'] } }, kept, newKey);
    expect(begun.values).toEqual({ ...values, devices: ['d-0000-0009'] });
    // Empty is not asked for.
    expect(beginning({ ...asked, search: { filter: '' } }, kept, newKey).values).toEqual(values);
  });

  it('is said to be of an earlier visit where the address does not ask for it', () => {
    const picked = { ...kept, values: { ...emptyValues, flow: 'f-0000-0001', devices: ['d-0000-0001'] } };
    const isTakenUp = (search: OrderSearch, draft = picked) => beginning({ ...asked, search }, draft, newKey).isTakenUp;
    expect(isTakenUp({})).toBe(true);
    expect(isTakenUp({ flow: 'f-0000-0001' })).toBe(true);
    expect(isTakenUp({ flow: 'f-0000-0001', devices: ['d-0000-0001'] })).toBe(false);
    expect(isTakenUp({}, { ...kept, values: emptyValues })).toBe(false);
  });

  describe('where an order is given again', () => {
    const search = { again: 'dp-0000-0001' };
    const ordered = { ...emptyValues, flow: 'f-0000-0003', devices: ['d-0000-0003'], comment: 'as then' };
    const begin = (more: OrderSearch, filter: DeviceFilter | null = {}) =>
      beginning({ search: { ...search, ...more }, filter, ordered }, null, newKey);

    it('is that order', () => {
      expect(begin({})).toEqual({ ...fresh, values: ordered, again: 'dp-0000-0001' });
      expect(begin({ filter: '' }).values).toEqual(ordered);
    });

    it('is for the devices of the address, by a filter or picked', () => {
      const filter = { groups: [{ name: 'North' }] };
      expect(begin({ filter: '…' }, filter).values).toEqual({ ...ordered, filter, devices: [] });
      expect(begin({ devices: ['d-0000-0009'] }).values).toEqual({ ...ordered, devices: ['d-0000-0009'] });
    });

    it('is for none of those of then where the filter cannot be read', () => {
      expect(begin({ filter: '{' }, null).values).toEqual({ ...ordered, filter: {}, devices: [] });
    });

    it('is the draft that began with it', () => {
      const draft = { ...kept, again: 'dp-0000-0001' };
      expect(beginning({ search, filter: {}, ordered }, draft, newKey)).toEqual({ ...draft, isTakenUp: true });
      expect(beginning({ search, filter: {}, ordered }, kept, newKey).values).toEqual(ordered);
    });
  });
});

describe('a draft that somebody has typed', () => {
  it('is not replaced without a word by another order or flow', () => {
    expect(wouldReplace({ again: 'dp-0000-0001' }, kept)).toBe(true);
    expect(wouldReplace({ flow: 'f-0000-0002' }, kept)).toBe(true);
  });

  it('goes on where the address asks for the same, or for nothing', () => {
    for (const search of [{}, { flow: 'f-0000-0001' }, { devices: ['d-0000-0009'] }]) {
      expect(wouldReplace(search, kept)).toBe(false);
    }
    expect(wouldReplace({ again: 'dp-0000-0001' }, { ...kept, again: 'dp-0000-0001' })).toBe(false);
  });

  it('is none where nothing was typed', () => {
    const search = { again: 'dp-0000-0001' };
    expect(wouldReplace(search, null)).toBe(false);
    expect(wouldReplace(search, { ...kept, isTyped: false })).toBe(false);
    expect(wouldReplace(search, { ...kept, values: emptyValues })).toBe(false);
  });
});
