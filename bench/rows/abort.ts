import { setTimeout as delay } from 'node:timers/promises';
import { execute } from '@tideway/server';
import { sql } from 'kysely';
import type { Row } from '../bench.ts';
import { type Fleet, largestProject } from '../fleet/make-fleet.ts';
import { orderHalf } from '../fleet/order-half.ts';
import { insertOpenUpdates, type PickedDevice, pickDevices, removeDeployment } from '../fleet/rows-of-fleet.ts';
import { alternate, secondsOf } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import type { LoadCommands } from '../parts/load-part.ts';
import { type Part, startPart } from '../parts/part.ts';
import { callApi, type StartedServer, startServerPart } from '../parts/start-server.ts';
import { updateBare, updateBareCopy } from './abort.baseline.ts';

const connections = 1000;
/** More than the server gets through while it is loaded. */
const updatesPerS = 2500;
/** So long the load goes on at least: an abort has ended by then. */
const loadS = 20;

/** The abort of half of the devices of a project, all of them pending; and what it leaves to reports beside it. */
export const abortRow: Row = {
  name: 'abort',
  measure: async (bench) => {
    const fleet = await bench.largeFleet();
    const server = await startServerPart(bench, fleet);
    const results = [await againstBareUpdate(fleet, server), await besideReports(fleet, server)];
    await server.stop();
    return results;
  },
};

async function againstBareUpdate(fleet: Fleet, server: StartedServer) {
  const project = largestProject(fleet);
  const withOrder = async (measure: (deploymentId: string) => Promise<number[]>) => {
    const { deploymentId } = await orderHalf(fleet, server.url, project);
    const measured = await measure(deploymentId);
    await removeDeployment(fleet.db, deploymentId);
    return measured;
  };
  const [inTable, inCopy] = await alternate(
    () =>
      withOrder(async (id) => {
        const seconds = await abort(fleet, server, id);
        return [seconds, seconds];
      }),
    () => withOrder(async (id) => [await updateBare(fleet.db, id), await updateBareCopy(fleet.db, id)]),
  );
  return resultOf({
    name: `abort of ${project.devices / 2} pending updates`,
    ...(inTable ?? none),
    limit: 1.5,
    direction: 'at_most',
    unit: 's',
    note: `in a table of these rows with the primary key alone: ${inCopy?.baseline.toFixed(2)} s`,
  });
}

const none = { value: 0, baseline: 0 };

async function abort(fleet: Fleet, server: StartedServer, deploymentId: string): Promise<number> {
  await execute(fleet.db, sql`checkpoint`);
  const path = `/api/v2/${largestProject(fleet).key}/deployments/${deploymentId}/abort`;
  return secondsOf(() => callApi(server.url, fleet.token, path, {}));
}

async function besideReports(fleet: Fleet, server: StartedServer) {
  const devices = await pickDevices(fleet.db, largestProject(fleet), updatesPerS * loadS);
  const load = await startPart<LoadCommands>('load');
  const stand = { fleet, server, load, devices };
  let abortS = 0;
  const [rates] = await alternate(
    async () => {
      const { deploymentId } = await orderHalf(fleet, server.url, largestProject(fleet));
      const rate = await reportsWhile(stand, async () => {
        abortS = await abort(fleet, server, deploymentId);
      });
      await removeDeployment(fleet.db, deploymentId);
      return [rate];
    },
    async () => [await reportsWhile(stand, () => delay(abortS * 1000))],
  );
  await load.stop();
  return resultOf({
    name: 'reports during such an abort',
    ...(rates ?? none),
    limit: 0.5,
    direction: 'at_least',
    unit: '/s',
    note: `the abort took ${abortS.toFixed(2)} s beside them`,
  });
}

type Stand = {
  fleet: Fleet;
  server: StartedServer;
  load: Part<LoadCommands>;
  devices: PickedDevice[];
};

/** How many reports a second are acknowledged while something else goes on. */
async function reportsWhile({ fleet, server, load, devices }: Stand, beside: () => Promise<unknown>): Promise<number> {
  const updateId = 'at-work-beside-an-abort';
  const deviceIds = devices.map(({ id }) => id);
  await insertOpenUpdates(fleet.db, largestProject(fleet), updateId, { deviceIds, status: 'in_progress' });
  const tickets = await server.ask('createTickets', devices);
  const run = { url: server.url, tickets, updateId, repeats: false, connections, seconds: loadS, perS: null };
  const running = load.ask('run', run);
  while ((await load.ask('countAnswers', null)) === 0) await delay(50);
  const before = await load.ask('countAnswers', null);
  const seconds = await secondsOf(beside);
  const after = await load.ask('countAnswers', null);
  await load.ask('stop', null);
  await running;
  await removeDeployment(fleet.db, updateId);
  return (after - before) / seconds;
}
