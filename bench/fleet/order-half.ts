import { execute, oneRow } from '@tideway/server';
import { sql } from 'kysely';
import { secondsOf } from '../measuring/alternate.ts';
import { callApi } from '../parts/start-server.ts';
import type { Fleet } from './make-fleet.ts';
import type { FleetProject } from './rows-of-fleet.ts';

/** Orders an update for half of a project's devices by the API; gives the seconds until the answer. */
export async function orderHalf(
  fleet: Fleet,
  url: string,
  project: FleetProject,
): Promise<{ deploymentId: string; seconds: number }> {
  await execute(fleet.db, sql`checkpoint`);
  const order = {
    device_filter: { groups: [{ name: 'half' }] },
    deployment_configuration: { flow_uuid: project.flowId },
  };
  let deploymentId = '';
  const seconds = await secondsOf(async () => {
    const path = `/api/v2/${project.key}/deployments`;
    deploymentId = (await callApi<{ deployment_id: string }>(url, fleet.token, path, order)).deployment_id;
  });
  const { count } = await oneRow<{ count: number }>(
    fleet.db,
    sql`select count(*) from device_update u join deployment d on d.id = u.deployment_id where d.public_id = ${deploymentId}`,
  );
  if (count !== project.devices / 2) throw new Error(`The order reached ${count} devices`);
  return { deploymentId, seconds };
}
