import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { returnOfCrowd } from './return-of-crowd.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');

/** How soon is a row of `npm run bench`. */
describe('fifteen thousand devices whose server is killed', () => {
  it('all come back, and the API answers meanwhile', async () => {
    const { tookS, answersMs, errors } = await returnOfCrowd(programs, 15_000);
    const at = (part: number) => Math.round(answersMs[Math.floor(part * (answersMs.length - 1))] ?? 0);
    console.log(`15,000 devices back after ${tookS.toFixed(1)} s; API: ${at(0.5)} ms p50, ${at(0.99)} ms p99`);
    expect(errors).toEqual([]);
    expect(answersMs.length).toBeGreaterThan(10);
  }, 600_000);
});
