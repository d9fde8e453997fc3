import { describe, expect, it } from 'vitest';
import { courseText, fewOf, stackedCourse, untilNow } from './progress.rules.ts';

const none = { pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0 };
const progress = {
  from: '2030-01-01T00:00:00.000Z',
  to: '2030-01-01T00:01:00.000Z',
  points: [
    { ...none, at: '2030-01-01T00:00:00.000Z', pending: 4 },
    { ...none, at: '2030-01-01T00:01:00.000Z', pending: 1, success: 2, failed: 1 },
  ],
};

describe('the course of a deployment', () => {
  it('is drawn as statuses upon each other, up to all devices', () => {
    const { seconds, heights } = stackedCourse(progress);
    expect(seconds).toEqual([1893456000, 1893456060]);
    expect(heights).toEqual([
      [0, 2],
      [0, 3],
      [0, 3],
      [0, 3],
      [4, 4],
    ]);
  });

  it('is drawn a little beyond its end, where it is over', () => {
    const points = [...progress.points, { ...none, at: '2030-01-01T00:01:40.000Z', success: 3, failed: 1 }];
    const { seconds, heights } = stackedCourse({ ...progress, points });
    expect(seconds.slice(2)).toEqual([1893456100, 1893456105]);
    expect(heights.map((of) => of.slice(2))).toEqual([
      [3, 3],
      [4, 4],
      [4, 4],
      [4, 4],
      [4, 4],
    ]);
  });

  it('is drawn over some seconds, however short it was', () => {
    const points = progress.points.slice(0, 1).map((point) => ({ ...point, pending: 0, success: 4 }));
    expect(stackedCourse({ ...progress, points }).seconds).toEqual([1893456000, 1893456010]);
  });

  it('goes on until now while an update is open', () => {
    const later = untilNow(progress, 90_000);
    expect(later.to).toBe('2030-01-01T00:02:30.000Z');
    expect(later.points.slice(0, 2)).toEqual(progress.points);
    expect(later.points.at(-1)).toEqual({ ...progress.points.at(-1), at: later.to });
    // The viewer's clock may have been put back.
    expect(untilNow(progress, -1)).toBe(progress);
  });

  it('stays as it is once nothing is open any more', () => {
    const over = { ...progress, points: [{ ...none, at: progress.to, success: 3, failed: 1 }] };
    expect(untilNow(over, 90_000)).toBe(over);
    expect(untilNow({ ...progress, points: [] }, 90_000).points).toEqual([]);
  });

  it('is said in one sentence', () => {
    expect(courseText(progress, (at) => at.slice(11, 16))).toBe(
      'From 00:00 to 00:01: 3 of 4 updates have ended, 2 of them with success, 1 failed and 0 aborted.',
    );
  });

  it('has a short table from its first to its last point', () => {
    const many = Array.from({ length: 200 }, (_, number) => number);
    const few = fewOf(many, 20);
    expect([few.length, few.at(0), few.at(-1)]).toEqual([20, 0, 199]);
    expect(fewOf([1, 2], 20)).toEqual([1, 2]);
  });
});
