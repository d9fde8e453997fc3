import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Row } from '../bench.ts';
import { alternate } from '../measuring/alternate.ts';
import { median } from '../measuring/quantile.ts';
import { resultOf } from '../measuring/result.ts';
import { AgentStage } from '../parts/agent-stage.ts';

/** From an order to the first command that runs on a device that holds its channel open. */
export const firstStepRow: Row = {
  name: 'first-step',
  measure: async ({ sizes }) => {
    const stage = await AgentStage.open();
    try {
      await stage.startAgent(stage.url);
      const flow = await stage.saveFlow('{ name: Now, run: date +%s%N > began }');
      const tries = Math.max(3, sizes.loadS);
      const [measured] = await alternate(
        async () => [await medianOf(tries, () => firstStepS(stage, flow))],
        async () => [await medianOf(tries, () => shellS())],
      );
      const times = measured ?? { value: 0, baseline: 0 };
      return [
        resultOf({
          name: 'order to first step',
          value: times.value,
          baseline: 1,
          limit: 1,
          direction: 'at_most',
          unit: 's',
          note: `a shell alone takes ${(times.baseline * 1000).toFixed(0)} ms`,
        }),
      ];
    } finally {
      await stage.close();
    }
  },
};

async function firstStepS(stage: AgentStage, flow: string): Promise<number> {
  const orderedMs = Date.now();
  await stage.succeeded(await stage.order(flow));
  return stage.notedS('began') - orderedMs / 1000;
}

async function shellS(): Promise<number> {
  const begunMs = Date.now();
  const { stdout } = await promisify(execFile)('sh', ['-c', 'date +%s%N']);
  return Number(stdout) / 1e9 - begunMs / 1000;
}

async function medianOf(tries: number, measure: () => Promise<number>): Promise<number> {
  const measured: number[] = [];
  for (let count = 0; count < tries; count += 1) measured.push(await measure());
  return median(measured);
}
