import { fileURLToPath } from 'node:url';
import { returnOfCrowd } from '../../packages/testkit/src/return-of-crowd.ts';
import type { Row } from '../bench.ts';
import { resultOf } from '../measuring/result.ts';

/** Where this program and those that it starts are bundled. */
const programs = fileURLToPath(new URL('.', import.meta.url));
const limitS = 30;

/** From the restart of a server that was killed to the last of its devices. */
export const reconnectRow: Row = {
  name: 'reconnect',
  measure: async ({ sizes }) => {
    const { tookS, answersMs } = await returnOfCrowd(programs, sizes.returningDevices);
    const slowest = answersMs[Math.floor(0.99 * (answersMs.length - 1))] ?? 0;
    return [
      resultOf({
        name: `${sizes.returningDevices} devices back after the kill of their server`,
        value: tookS,
        baseline: limitS,
        limit: 1,
        direction: 'at_most',
        unit: 's',
        note: `the API meanwhile: p99 ${(slowest / 1000).toFixed(2)} s`,
      }),
    ];
  },
};
