import { median } from './quantile.ts';

const rounds = 3;

/**
 * Measures subject and baseline in turns, so that what else the machine does hits both, and gives the median of each. A
 * measurement gives one number, or several that are brought together one by one.
 */
export async function alternate(
  subject: () => Promise<number[]>,
  baseline: () => Promise<number[]>,
): Promise<{ value: number; baseline: number }[]> {
  const values: number[][] = [];
  const baselines: number[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    values.push(await subject());
    baselines.push(await baseline());
  }
  return (values[0] ?? []).map((_, index) => ({
    value: median(values.map((measured) => measured[index] ?? Number.NaN)),
    baseline: median(baselines.map((measured) => measured[index] ?? Number.NaN)),
  }));
}

/** Seconds that something takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now();
  await work();
  return (performance.now() - begunMs) / 1000;
}
