import { describe, expect, it } from 'vitest';
import { emptyValues } from './order-values.rules.ts';
import { stepStates } from './step-states.rules.ts';

const flow = 'f-0000-0001';
const north = { groups: [{ name: 'North' }] };
const empty = {
  values: emptyValues,
  shown: {},
  faults: {},
  devices: 3,
  isChecked: false,
  parameters: ['password', 'version'],
};

describe('the steps of an order', () => {
  it('are open until something stands in them', () => {
    expect(stepStates({ ...empty, faults: { flow: 'must be chosen' }, devices: undefined })).toEqual({
      flow: 'open',
      devices: 'open',
      values: 'open',
      details: 'unset',
      review: 'open',
    });
  });

  it('are wrong where that is said at a field', () => {
    const shown = { 'parameters.version': 'must match', maxFailures: 'must be' };
    expect(stepStates({ ...empty, values: { ...emptyValues, flow, filter: north }, shown, faults: shown })).toEqual({
      flow: 'done',
      devices: 'done',
      values: 'wrong',
      details: 'wrong',
      review: 'open',
    });
  });

  it('are not called done where nothing was set, or all devices are meant', () => {
    expect(stepStates({ ...empty, values: { ...emptyValues, flow }, isChecked: true })).toEqual({
      flow: 'done',
      devices: 'all',
      values: 'unset',
      details: 'unset',
      review: 'ready',
    });
    expect(stepStates({ ...empty, values: { ...emptyValues, flow, filter: north }, devices: 0 }).devices).toBe('open');
  });

  it('are done where somebody has filled them in', () => {
    const values = { ...emptyValues, flow, devices: ['d-0000-0001'], secrets: { password: 'x' }, comment: 'valve fix' };
    expect(stepStates({ ...empty, values })).toMatchObject({ devices: 'done', values: 'done', details: 'done' });
    expect(stepStates({ ...empty, values, parameters: ['version'] }).values).toBe('unset');
  });
});
