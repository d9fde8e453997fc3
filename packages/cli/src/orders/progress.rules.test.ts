import { describe, expect, it } from 'vitest';
import { countsText, progressBar } from './progress.rules.ts';

const counts = { pending: 1, in_progress: 2, success: 4, failed: 1, aborted: 0 };

describe('the progress of a deployment', () => {
  it('is a line of what there is', () => {
    expect(countsText({ devices: 8, counts })).toBe('1 pending, 2 in progress, 4 success, 1 failed of 8');
    const none = { pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0 };
    expect(countsText({ devices: 0, counts: none })).toBe('no devices');
  });

  it('is a bar that never breaks its line', () => {
    expect(progressBar({ devices: 8, counts }, 64)).toBe(
      '[######....] 1 pending, 2 in progress, 4 success, 1 failed of 8',
    );
    for (let columns = 0; columns < 200; columns++) {
      expect(progressBar({ devices: 8, counts }, columns).length).toBeLessThanOrEqual(Math.max(0, columns - 1) || 0);
    }
  });
});
