import type { Row } from '../bench.ts';
import { largestProject } from '../fleet/make-fleet.ts';
import type { FleetProject } from '../fleet/rows-of-fleet.ts';
import { alternate, secondsOf } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import { callApi, startServerPart } from '../parts/start-server.ts';

/**
 * What people ask of the whole fleet over HTTP, against one second: searches and filters of the list of devices, and
 * previews of an order's filter.
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
      ...previews(project).map(({ name, filters, groups }) => ({
        name,
        ask: () =>
          callApi(server.url, fleet.token, `/api/v2/${project.key}/device-filter/preview`, {
            device_filter: { filters, groups },
          }),
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

function previews({ key }: FleetProject) {
  const preview = (name: string, filter: object) => ({ name: `preview ${name}`, filters: [filter], groups: [] });
  const deployment_id = `${key}-past-3`;
  return [
    { name: 'preview of a group', filters: [], groups: [{ name: 'half' }] },
    preview('with a tag', { type: 'tag', operand: 'is', value: 'often' }),
    preview('without a version of an app', { type: 'app', operand: 'is_not', value: 'irrigation', app_version: 'v1' }),
    preview('online', { type: 'device_state', operand: 'is', value: 'online' }),
    preview('failed in a deployment', { type: 'deployment', operand: 'is', value: 'failed', deployment_id }),
    preview('by last update failed', { type: 'update_status', operand: 'is', value: 'failed' }),
  ];
}
