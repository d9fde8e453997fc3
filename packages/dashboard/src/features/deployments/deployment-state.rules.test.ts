import type { DeploymentState, StatusCounts } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { countsText, type StateShape, stateShape, stateText } from './deployment-state.rules.ts';

const none = { pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0 };

describe('where a deployment is', () => {
  it.each<[DeploymentState, Partial<StatusCounts>, StateShape, string]>([
    ['running', { pending: 3 }, 'waiting', 'Waiting'],
    ['running', { pending: 2, in_progress: 1 }, 'running', 'Running'],
    ['running', { pending: 2, success: 1 }, 'running', 'Running'],
    ['paused', { pending: 3 }, 'paused', 'Paused'],
    ['scheduled', { pending: 3 }, 'scheduled', 'Scheduled'],
    ['finished', { success: 3 }, 'succeeded', 'Finished'],
    ['finished', { success: 1, failed: 1, aborted: 1 }, 'failed', 'Finished, 1 failed'],
    ['finished', { success: 2, aborted: 1 }, 'aborted', 'Finished, 1 aborted'],
    ['finished', { aborted: 3 }, 'aborted', 'Finished, aborted'],
    ['finished', {}, 'finished', 'Finished'],
    ['archived', { failed: 3 }, 'archived', 'Archived'],
  ])('is told by its state and its counts (%s, %o)', (state, some, shape, text) => {
    const counts = { ...none, ...some };
    expect([stateShape({ state, counts }), stateText({ state, counts })]).toEqual([shape, text]);
  });

  it('is told in numbers', () => {
    expect(countsText({ ...none, success: 2, failed: 1 })).toBe('2 of 3 succeeded, 1 failed');
    expect(countsText({ ...none, pending: 1200, in_progress: 3, aborted: 1 })).toBe(
      '0 of 1,204 succeeded, 1 aborted, 3 in progress',
    );
  });
});
