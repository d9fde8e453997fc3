import { expect, test } from 'vitest';
import { calmly } from './calm.ts';

const question = (queryFn: () => Promise<number>) =>
  calmly({ queryKey: ['farm', queryFn.name], queryFn, everyMs: 100 });

test('what is answered at once is asked again at the usual time', async () => {
  const quick = async () => 1;
  expect(await question(quick).queryFn()).toBe(1);
  expect(question(quick).refetchInterval()).toBe(100);
});

test('what takes the server long is asked less often, also by another part of the page', async () => {
  const slow = () => new Promise<number>((resolve) => setTimeout(() => resolve(2), 50));
  const asked = question(slow);
  expect(asked.refetchInterval()).toBe(100);
  expect(await asked.queryFn()).toBe(2);
  // Once it may have been the page that was slow.
  expect(asked.refetchInterval()).toBe(100);
  expect(await asked.queryFn()).toBe(2);
  expect(asked.refetchInterval()).toBeGreaterThanOrEqual(20 * 45);
  expect(question(slow).refetchInterval()).toBe(asked.refetchInterval());
});

test('a refusal does not count', async () => {
  const refused = () => new Promise<number>((_, reject) => setTimeout(() => reject(new Error('no')), 50));
  await expect(question(refused).queryFn()).rejects.toThrow('no');
  expect(question(refused).refetchInterval()).toBe(100);
});
