import { setTimeout as delay } from 'node:timers/promises';

/**
 * Memory of what this process still needs. What it has from the system is more, and says less: that grows with the work,
 * by the young generation, and stays.
 */
export async function liveBytes(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await delay(100);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
