import type { Bench, Row } from '../bench.ts';
import { type Fleet, largestProject } from '../fleet/make-fleet.ts';
import { pickDevices } from '../fleet/rows-of-fleet.ts';
import { alternate, secondsOf } from '../measuring/alternate.ts';
import { median } from '../measuring/quantile.ts';
import { resultOf } from '../measuring/result.ts';
import { callApi, type StartedServer, startServerPart } from '../parts/start-server.ts';

const repetitions = 40;

/** Every call that shows one thing or a page of a list, on a large fleet and on a small one. */
export const callsRow: Row = {
  name: 'calls',
  measure: async (bench) => {
    const large = await startOn(bench, await bench.largeFleet());
    const small = await startOn(bench, await bench.smallFleet());
    const times = await alternate(
      () => medianOfEachMs(large),
      () => medianOfEachMs(small),
    );
    await large.server.stop();
    await small.server.stop();
    return times.map(({ value, baseline }, index) => {
      const name = `call: ${pathsOf('', '', '')[index]?.name}`;
      return resultOf({ name, value, baseline, limit: 3, direction: 'at_most', unit: 'ms' });
    });
  },
};

type Caller = { server: StartedServer; token: string; key: string; deviceIds: string[] };

async function startOn(bench: Bench, fleet: Fleet): Promise<Caller> {
  const project = largestProject(fleet);
  const devices = await pickDevices(fleet.db, project, repetitions);
  return {
    server: await startServerPart(bench, fleet),
    token: fleet.token,
    key: project.key,
    deviceIds: devices.map(({ publicId }) => publicId),
  };
}

async function medianOfEachMs({ server, token, key, deviceIds }: Caller): Promise<number[]> {
  const times = pathsOf('', '', '').map((): number[] => []);
  for (const deviceId of deviceIds) {
    for (const [index, { path }] of pathsOf(key, deviceId, `${key}-past-3`).entries()) {
      times[index]?.push(await secondsOf(() => callApi(server.url, token, `/api/v2/${key}${path}`)));
    }
  }
  return times.map((measured) => median(measured) * 1000);
}

function pathsOf(key: string, deviceId: string, deploymentId: string): { name: string; path: string }[] {
  const number = Number(deviceId.slice(key.length + 1));
  return [
    { name: 'device', path: `/devices/${deviceId}` },
    { name: 'page of devices', path: '/devices' },
    { name: 'page of devices in the middle', path: `/devices?after=${number}` },
    { name: 'updates of a device', path: `/devices/${deviceId}/updates` },
    { name: 'page of deployments', path: '/deployments' },
    { name: 'deployment', path: `/deployments/${deploymentId}` },
    { name: 'page of updates of a deployment', path: `/deployments/${deploymentId}/updates` },
    { name: 'page of failed updates of a deployment', path: `/deployments/${deploymentId}/updates?status=failed` },
    {
      name: 'page of pending updates of a deployment (none)',
      path: `/deployments/${deploymentId}/updates?status=pending`,
    },
    { name: 'update of a device', path: `/deployments/${deploymentId}/updates/${deviceId}` },
  ];
}
