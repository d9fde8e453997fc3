import { type Db, oneRow } from '@tideway/server';
import { sql } from 'kysely';
import {
  conditionSql,
  type DeviceCondition,
} from '../../packages/server/src/features/deployments/device-filter.rules.ts';
import type { Row } from '../bench.ts';
import { largestProject } from '../fleet/make-fleet.ts';
import type { FleetProject } from '../fleet/rows-of-fleet.ts';
import { alternate, secondsOf } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import { callApi, startServerPart } from '../parts/start-server.ts';

/**
 * What people ask of the whole fleet, against one second: searches and filters of the list of devices over HTTP, and
 * how many devices an order's filter selects. Preview and overview have no route yet: for a preview stands the statement
 * that counts what the filter selects.
 */
export const overviewRow: Row = {
  name: 'overview',
  measure: async (bench) => {
    const fleet = await bench.largeFleet();
    const project = largestProject(fleet);
    const server = await startServerPart(bench, fleet);
    const asked = [
      ...searches(project).map(({ name, query }) => ({
        name,
        ask: () => callApi(server.url, fleet.token, `/api/v2/${project.key}/devices?${query}`),
      })),
      ...(await previews(fleet.db, project)).map(({ name, condition }) => ({
        name,
        ask: () => countSelected(fleet.db, project, condition),
      })),
    ];
    const times = await alternate(
      async () => {
        const measured: number[] = [];
        for (const { ask } of asked) measured.push(await secondsOf(ask));
        return measured;
      },
      async () => asked.map(() => 1),
    );
    await server.stop();
    return times.map(({ value, baseline }, index) => {
      const name = `overview: ${asked[index]?.name}`;
      return resultOf({ name, value, baseline, limit: 1, direction: 'at_most', unit: 's' });
    });
  },
};

function searches({ key, devices }: FleetProject): { name: string; query: string }[] {
  return [
    { name: 'search by a name', query: `search=${key}-device-${devices - 1}` },
    { name: 'search that finds nothing', query: 'search=nowhere' },
    { name: 'devices offline', query: 'state=offline' },
    { name: 'devices with a rare tag', query: 'tags=rare' },
    { name: 'devices with an app', query: 'app=irrigation' },
    { name: 'devices of a group', query: 'group_name=half' },
    { name: 'devices of a group, offline, with a rare tag', query: 'group_name=half&state=offline&tags=rare' },
  ];
}

async function previews(db: Db, { id, key }: FleetProject): Promise<{ name: string; condition: DeviceCondition }[]> {
  const ids = await oneRow<{ group_id: number; tag_id: number; app_id: number; deployment_id: number }>(
    db,
    sql`select (select id from device_group where project_id = ${id} and name = 'half') as group_id,
               (select id from tag where project_id = ${id} and name = 'often') as tag_id,
               (select id from app where project_id = ${id}) as app_id,
               (select id from deployment where public_id = ${`${key}-past-3`}) as deployment_id`,
  );
  const app: DeviceCondition = { kind: 'app', appId: ids.app_id, version: 'v1' };
  const part: DeviceCondition = { kind: 'deployment', deploymentId: ids.deployment_id, status: 'failed' };
  return [
    { name: 'count of a group (statement)', condition: { kind: 'group', groupId: ids.group_id } },
    { name: 'count with a tag (statement)', condition: { kind: 'tag', tagId: ids.tag_id } },
    { name: 'count without a version of an app (statement)', condition: { kind: 'not', of: app } },
    { name: 'count online (statement)', condition: { kind: 'online' } },
    { name: 'count failed in a deployment (statement)', condition: part },
    { name: 'count by last update failed (statement)', condition: { kind: 'last_update', status: 'failed' } },
  ];
}

async function countSelected(db: Db, project: FleetProject, condition: DeviceCondition): Promise<unknown> {
  return oneRow(
    db,
    sql`select count(*) from device d
        where d.project_id = ${project.id} and d.deleted_at is null and not d.needs_approval and ${conditionSql(condition)}`,
  );
}
