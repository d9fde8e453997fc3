import { execute, oneRow } from '@tideway/server';
import { sql } from 'kysely';
import type { Bench, Row } from '../bench.ts';
import type { Fleet } from '../fleet/make-fleet.ts';
import { type FleetProject, removeDeployment } from '../fleet/rows-of-fleet.ts';
import { alternate, secondsOf } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import { callApi, type StartedServer, startServerPart } from '../parts/start-server.ts';
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
          const seconds = await orderForHalf(fleet, server, project);
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

async function orderForHalf(fleet: Fleet, server: StartedServer, project: FleetProject): Promise<number> {
  await execute(fleet.db, sql`checkpoint`);
  let deploymentId = '';
  const seconds = await secondsOf(async () => {
    const order = {
      device_filter: { groups: [{ name: 'half' }] },
      deployment_configuration: { flow_uuid: project.flowId },
    };
    const path = `/api/v2/${project.key}/deployments`;
    deploymentId = (await callApi<{ deployment_id: string }>(server.url, fleet.token, path, order)).deployment_id;
  });
  const { count } = await oneRow<{ count: number }>(
    fleet.db,
    sql`select count(*) from device_update u join deployment d on d.id = u.deployment_id where d.public_id = ${deploymentId}`,
  );
  if (count !== project.devices / 2) throw new Error(`The order reached ${count} devices`);
  await removeDeployment(fleet.db, deploymentId);
  return seconds;
}
