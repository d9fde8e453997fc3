import { describe, expect, it } from 'vitest';
import { abortText, openCount, pauseText, resumeText, retryChoices } from './action-text.ts';

const counts = { pending: 1200, in_progress: 1, success: 5, failed: 3, aborted: 0 };
const standing = { counts, abort_deadline_s: 900 };

describe('what an action says before it is done', () => {
  it('is to how many devices it does what', () => {
    expect(abortText(standing).slice(0, 2)).toEqual([
      '1,200 pending updates end at once: nothing has run there.',
      '1 device at work is asked to stop, and has 15 min to confirm.',
    ]);
    expect(pauseText(standing)).toEqual([
      'No device begins any more: 1,200 devices wait until you resume.',
      '1 device at work goes on.',
    ]);
    expect(resumeText(standing)).toEqual(['1,200 devices may begin, as soon as nothing else keeps them.']);
  });

  it('is silent about what there is none of', () => {
    const atWork = { ...standing, counts: { ...counts, pending: 0, in_progress: 2 } };
    expect(abortText(atWork)[0]).toBe('2 devices at work are asked to stop, and have 15 min to confirm.');
    expect(openCount(atWork)).toBe(2);
  });

  it('offers to try again only what there is', () => {
    expect(retryChoices(standing)).toEqual([{ status: 'failed', count: 3 }]);
    expect(retryChoices({ counts: { ...counts, failed: 0 } })).toEqual([]);
  });
});
