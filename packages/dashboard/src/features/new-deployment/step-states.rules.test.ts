import { describe, expect, it } from 'vitest';
import { stepStates } from './step-states.rules.ts';

describe('the steps of an order', () => {
  it('are open until something stands in them', () => {
    const states = stepStates({}, { flow: 'must be chosen' }, { areDevicesChosen: false, isChecked: false });
    expect(states).toEqual({ flow: 'open', devices: 'open', values: 'open', details: 'done', review: 'open' });
  });

  it('are wrong where that is said at a field', () => {
    const shown = { 'parameters.version': 'must match', maxFailures: 'must be' };
    const states = stepStates(shown, shown, { areDevicesChosen: true, isChecked: false });
    expect(states).toEqual({ flow: 'done', devices: 'done', values: 'wrong', details: 'wrong', review: 'open' });
  });

  it('are done where the server would take the order', () => {
    expect(new Set(Object.values(stepStates({}, {}, { areDevicesChosen: true, isChecked: true })))).toEqual(
      new Set(['done']),
    );
  });
});
