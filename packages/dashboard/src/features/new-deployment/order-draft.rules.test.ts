import type { FlowInput } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { beginning, keptText, readKept } from './order-draft.rules.ts';
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
const newKey = () => 'new';

describe('a draft', () => {
  it('comes back as it was, but for secrets', () => {
    const text = keptText({ key: 'k', values }, inputs);
    expect(text).not.toMatch(/hunter2|typed while/);
    expect(readKept(text)).toEqual({ key: 'k', values: { ...values, parameters: { version: '1.1.0' }, secrets: {} } });
  });

  it('that is none, or of another page, is no draft', () => {
    for (const text of [null, '', '{', '{}', '{"key":"k"}', '{"key":"k","values":{"devices":"all"}}']) {
      expect(readKept(text)).toBeNull();
    }
    expect(readKept('{"key":"k","values":{"comment":"older"}}')?.values).toEqual({ ...emptyValues, comment: 'older' });
  });
});

describe('what a form begins with', () => {
  const kept = { key: 'k', values };

  it('is what the address asks for', () => {
    const filter = { groups: [{ name: 'North' }] };
    expect(beginning({ flow: 'f-0000-0002', filter: '…' }, filter, kept, newKey)).toEqual({
      key: 'new',
      values: { ...emptyValues, flow: 'f-0000-0002', filter },
      isTakenUp: false,
    });
  });

  it('is the draft of that flow, or of any where none is asked for', () => {
    expect(beginning({}, {}, kept, newKey)).toEqual({ ...kept, isTakenUp: true });
    expect(beginning({ flow: 'f-0000-0001' }, {}, kept, newKey)).toEqual({ ...kept, isTakenUp: true });
  });

  it('has the devices of the address in place of those of the draft', () => {
    const begun = beginning({ devices: ['d-0000-0009'] }, {}, kept, newKey);
    expect(begun.values).toEqual({ ...values, devices: ['d-0000-0009'] });
  });

  it('is said to be of an earlier visit where the address does not ask for it', () => {
    const picked = { key: 'k', values: { ...emptyValues, flow: 'f-0000-0001', devices: ['d-0000-0001'] } };
    expect(beginning({}, {}, picked, newKey).isTakenUp).toBe(true);
    expect(beginning({ flow: 'f-0000-0001' }, {}, picked, newKey).isTakenUp).toBe(true);
    const asked = { flow: 'f-0000-0001', devices: ['d-0000-0001'] };
    expect(beginning(asked, {}, picked, newKey).isTakenUp).toBe(false);
    expect(beginning({}, {}, { key: 'k', values: emptyValues }, newKey).isTakenUp).toBe(false);
  });
});
