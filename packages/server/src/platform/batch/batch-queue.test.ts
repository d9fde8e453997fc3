import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import { again } from './again.ts';
import { BatchQueue } from './batch-queue.ts';

describe('a queue of batches', () => {
  it('answers each item with its own result, in batches of at most 500', async () => {
    const sizes: number[] = [];
    const queue = new BatchQueue<number, number>(identity, async (items) => {
      sizes.push(items.length);
      return items.map((item) => item * 2);
    });
    const results = await Promise.all(numbers(2000).map((item) => queue.add(item)));

    expect(results).toEqual(numbers(2000).map((item) => item * 2));
    expect(Math.max(...sizes)).toBe(500);
    expect(sizes.length).toBeLessThan(20);
  });

  it('never has more than two batches at work, nor two items of one key', async () => {
    const keys = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 600 });
    await fc.assert(
      fc.asyncProperty(keys, async (asked) => {
        const atWork: number[] = [];
        let batches = 0;
        const queue = new BatchQueue<number, string>(identity, async (items) => {
          batches += 1;
          expect(batches).toBeLessThanOrEqual(2);
          for (const item of items) {
            expect(atWork).not.toContain(item);
            atWork.push(item);
          }
          await new Promise((resolve) => setImmediate(resolve));
          for (const item of items) atWork.splice(atWork.indexOf(item), 1);
          batches -= 1;
          return items.map(String);
        });
        expect(await Promise.all(asked.map((key) => queue.add(key)))).toEqual(asked.map(String));
      }),
      { numRuns: 20 },
    );
  });

  it('fails the one item that cannot be done, and not those beside it', async () => {
    const queue = new BatchQueue<number, number>(identity, async (items) => {
      if (items.includes(7)) throw new Error('seven');
      return [...items];
    });
    const results = await Promise.allSettled(numbers(10).map((item) => queue.add(item)));

    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(numbers(10).map((item) => item !== 7));
  });

  it('tries an item again that has to wait, while the others go on', async () => {
    let left = 3;
    const done: number[] = [];
    const queue = new BatchQueue<number, number>(identity, async (items) =>
      items.map((item) => {
        if (item !== 1 || left === 0) return done.push(item);
        left -= 1;
        return again;
      }),
    );
    await Promise.all(numbers(5).map((item) => queue.add(item)));

    expect(done).toEqual([0, 2, 3, 4, 1]);
  });

  it('fails all items at once while the database is away, and goes on when it is back', async () => {
    let isAway = true;
    let runs = 0;
    const queue = new BatchQueue<number, number>(identity, async (items) => {
      runs += 1;
      if (isAway) throw new Refusal('unavailable', 'away');
      return [...items];
    });
    const failed = await Promise.allSettled(numbers(100).map((item) => queue.add(item)));
    expect(failed.every(({ status }) => status === 'rejected')).toBe(true);
    expect(runs).toBe(1);

    isAway = false;
    expect(await Promise.all(numbers(100).map((item) => queue.add(item)))).toEqual(numbers(100));
  });

  it('keeps items of one key in their order, also where some have to wait', async () => {
    const waits = fc.array(fc.nat(2), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(waits, async (waitsOf) => {
        const left = [...waitsOf];
        const done: number[] = [];
        const doOrWait = (item: number) => {
          const rest = left[item] ?? 0;
          left[item] = rest - 1;
          return rest > 0 ? again : done.push(item);
        };
        const queue = new BatchQueue<number, number>(
          () => 'device',
          async (items) => items.map(doOrWait),
        );
        await Promise.all(numbers(left.length).map((item) => queue.add(item)));
        expect(done).toEqual(numbers(left.length));
      }),
      { numRuns: 20 },
    );
  });
});

const identity = (item: number) => item;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
