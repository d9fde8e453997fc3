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
    const measured = [];
    for (const project of fleet.projects) {
      const [times] = await alternate(
        async () => [await orderForHalf(fleet, server, project)],
        async () => [await insertBareUpdates(fleet.db, project.devices / 2)],
      );
      measured.push({ devices: project.devices, value: times?.value ?? 0, baseline: times?.baseline ?? 0 });
    }
    await server.stop();
    return [...measured.map(againstBareInsert), growth(measured)];
  },
};

type Measured = { devices: number; value: number; baseline: number };

function againstBareInsert({ devices, value, baseline }: Measured) {
  const name = `order for ${devices / 2} of ${devices}`;
  return resultOf({ name, value, baseline, limit: 1.5, direction: 'at_most', unit: 's' });
}

function growth([few, many]: Measured[]) {
  const microsecondsEach = (measured?: Measured) => ((measured?.value ?? 0) / ((measured?.devices ?? 0) / 2)) * 1e6;
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
