import { describe, expect, it } from 'vitest';
import { retriedFilter } from './retried-filter.rules.ts';

describe('the devices of a retry as a filter', () => {
  const condition = { type: 'deployment', deployment_id: 'dp-0000-0001' };

  it('are those with the one status', () => {
    const filters = [{ ...condition, operand: 'is', value: 'failed' }];
    expect(retriedFilter('dp-0000-0001', ['failed'])).toEqual({ filters });
  });

  it('are all but those with another status, where both are meant', () => {
    const filters = [
      { ...condition, operand: 'is', value: 'any' },
      { ...condition, operand: 'is_not', value: 'pending' },
      { ...condition, operand: 'is_not', value: 'in_progress' },
      { ...condition, operand: 'is_not', value: 'success' },
    ];
    expect(retriedFilter('dp-0000-0001', ['failed', 'aborted'])).toEqual({ filters });
  });
});
