import type { Bench, Row } from '../bench.ts';
import { orderHalf } from '../fleet/order-half.ts';
import { removeDeployment } from '../fleet/rows-of-fleet.ts';
import { alternate } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import { startServerPart } from '../parts/start-server.ts';
import { insertBareUpdates } from './order.baseline.ts';

/** An order for half of the devices of a project, from the call to its answer, on ten million past updates. */
export const orderRow: Row = {
  name: 'order',
  measure: async (bench: Bench) => {
    const fleet = await bench.largeFleet();
    const server = await startServerPart(bench, fleet);
    const measured: Measured[] = [];
    for (const project of fleet.projects) {
      const times = await alternate(
        async () => {
          const { deploymentId, seconds } = await orderHalf(fleet, server.url, project);
          await removeDeployment(fleet.db, deploymentId);
          return [seconds, seconds];
        },
        () => insertBareUpdates(fleet.db, project),
      );
      measured.push({ devices: project.devices, times });
    }
    await server.stop();
    return [...measured.map(againstBareInsert), growth(measured)];
  },
};

type Times = { value: number; baseline: number };
type Measured = { devices: number; times: Times[] };

const none: Times = { value: 0, baseline: 0 };

function againstBareInsert({ devices, times: [ofDevices, ofNumbers] }: Measured) {
  const name = `order for ${devices / 2} of ${devices}`;
  const note = `bare insert of numbers instead of devices: ${ofNumbers?.baseline.toFixed(2)} s`;
  return resultOf({ name, ...(ofDevices ?? none), limit: 1.5, direction: 'at_most', unit: 's', note });
}

function growth([few, many]: Measured[]) {
  const microsecondsEach = (measured?: Measured) =>
    ((measured?.times[0]?.value ?? 0) / ((measured?.devices ?? 0) / 2)) * 1e6;
  return resultOf({
    name: `order, time per device at ${many?.devices} against ${few?.devices}`,
    value: microsecondsEach(many),
    baseline: microsecondsEach(few),
    limit: 1.2,
    direction: 'at_most',
    unit: 'µs',
  });
}
