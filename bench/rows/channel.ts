import type { Bench, Row } from '../bench.ts';
import { type Fleet, largestProject } from '../fleet/make-fleet.ts';
import { pickDevices, removeDeployment } from '../fleet/rows-of-fleet.ts';
import { alternate } from '../measuring/alternate.ts';
import { quantile } from '../measuring/quantile.ts';
import { resultOf } from '../measuring/result.ts';
import { type Part, startPart } from '../parts/part.ts';
import type { SocketsCommands } from '../parts/sockets-part.ts';
import { callApi, type StartedServer, startServerPart } from '../parts/start-server.ts';
import type { BareSocketsCommands } from './bare-sockets.ts';

/** As the server's own setting. */
const wakesPerS = 2000;
const wake = JSON.stringify({ messages: [{ type: 'wake' }] });

/** From an order to the plan on every device that holds a channel open, and what such a channel costs in memory. */
export const channelRow: Row = {
  name: 'channel',
  measure: async (bench) => {
    const [p50, p99] = await measurePlans(bench);
    const [memory] = await alternate(
      async () => [await memoryOfEachKib(await startWhole(bench))],
      async () => [await memoryOfEachKib(await startBare(bench))],
    );
    const devices = `${bench.sizes.connectedDevices} connected devices`;
    const limits = { limit: 2, direction: 'at_most' as const };
    return [
      resultOf({ name: `order to plan at ${devices}, p50`, ...(p50 ?? none), ...limits, unit: 's' }),
      resultOf({ name: `order to plan at ${devices}, p99`, ...(p99 ?? none), ...limits, unit: 's' }),
      resultOf({ name: `memory of each of ${devices}`, ...(memory ?? none), ...limits, unit: 'KiB' }),
    ];
  },
};

const none = { value: 0, baseline: 0 };

/** A server with the devices that are to connect to it. */
type Stand<Server> = { server: Server; url: string; sockets: Part<SocketsCommands>; tickets: string[] };

async function startWhole(bench: Bench): Promise<Stand<StartedServer>> {
  const fleet = await bench.connectedFleet();
  const server = await startServerPart(bench, fleet);
  const devices = await pickDevices(fleet.db, largestProject(fleet), bench.sizes.connectedDevices);
  const tickets = await server.ask('createTickets', devices);
  return { server, url: server.url, tickets, sockets: await startPart<SocketsCommands>('sockets') };
}

async function startBare({ sizes }: Bench): Promise<Stand<Part<BareSocketsCommands>>> {
  const server = await startPart<BareSocketsCommands>('bare sockets');
  const { url } = await server.ask('start', null);
  const tickets = Array.from({ length: sizes.connectedDevices }, () => 'none');
  return { server, url, tickets, sockets: await startPart<SocketsCommands>('sockets') };
}

async function measurePlans(bench: Bench) {
  const fleet = await bench.connectedFleet();
  const whole = await startWhole(bench);
  const bare = await startBare(bench);
  for (const { sockets, url, tickets } of [whole, bare]) await sockets.ask('connect', { url, tickets });
  let plan = '';
  const measured = await alternate(
    async () => {
      const begunMs = Date.now();
      const ordered = await orderForAll(fleet, whole.url);
      const heard = await whole.sockets.ask('awaitPlans', null);
      await removeDeployment(fleet.db, ordered);
      plan = heard.plan;
      return quantilesS(heard.times, begunMs);
    },
    async () => {
      const begunMs = Date.now();
      await bare.server.ask('broadcast', { wake, plan, perS: wakesPerS });
      return quantilesS((await bare.sockets.ask('awaitPlans', null)).times, begunMs);
    },
  );
  for (const { server, sockets } of [whole, bare]) await Promise.all([server.stop(), sockets.stop()]);
  return measured;
}

async function orderForAll(fleet: Fleet, url: string): Promise<string> {
  const { key, flowId } = largestProject(fleet);
  const order = { deployment_configuration: { flow_uuid: flowId } };
  const path = `/api/v2/${key}/deployments`;
  return (await callApi<{ deployment_id: string }>(url, fleet.token, path, order)).deployment_id;
}

function quantilesS(times: number[], begunMs: number): number[] {
  const seconds = times.map((timeMs) => (timeMs - begunMs) / 1000);
  return [quantile(seconds, 0.5), quantile(seconds, 0.99)];
}

/** What the last nine tenths of the channels add to the server's memory, each used once. */
async function memoryOfEachKib({
  server,
  url,
  sockets,
  tickets,
}: Stand<Part<Pick<BareSocketsCommands, 'measureMemory'>>>): Promise<number> {
  const first = Math.ceil(tickets.length / 10);
  await connectAndAsk(sockets, url, tickets.slice(0, first));
  const before = await server.ask('measureMemory', null);
  await connectAndAsk(sockets, url, tickets.slice(first));
  const after = await server.ask('measureMemory', null);
  await Promise.all([server.stop(), sockets.stop()]);
  return (after - before) / (tickets.length - first) / 1024;
}

async function connectAndAsk(sockets: Part<SocketsCommands>, url: string, tickets: string[]): Promise<void> {
  await sockets.ask('connect', { url, tickets });
  await sockets.ask('askAll', null);
}
