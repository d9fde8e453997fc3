import { setTimeout as delay } from 'node:timers/promises';

/** Memory of this process once what nobody needs is gone. */
export async function residentBytes(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await delay(100);
  }
  return process.memoryUsage.rss();
}
