import { randomBytes } from 'node:crypto';
import type { Bench, Row } from '../bench.ts';
import { type Fleet, largestProject } from '../fleet/make-fleet.ts';
import { insertOpenUpdates, type PickedDevice, pickDevices, removeDeployment } from '../fleet/rows-of-fleet.ts';
import { alternate } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import type { LoadCommands } from '../parts/load-part.ts';
import { type Part, startPart } from '../parts/part.ts';
import { type StartedServer, startServerPart } from '../parts/start-server.ts';

const connections = 200;
const updatesPerS = 2500;

/** What steps print while they run, a line in each request, against the reports of the same devices. */
export const outputRow: Row = {
  name: 'output',
  measure: async (bench) => {
    const fleet = await bench.largeFleet();
    const server = await startServerPart(bench, fleet);
    const devices = await pickDevices(fleet.db, largestProject(fleet), (bench.sizes.loadS + 2) * updatesPerS);
    const load = await startPart<LoadCommands>('load');
    const stand = { bench, fleet, server, load, devices };
    const measured = await alternate(
      async () => {
        const { answersPerS, p99Ms } = await saying('output', stand);
        return [answersPerS, p99Ms];
      },
      async () => {
        const { answersPerS, p99Ms } = await saying('reports', stand);
        return [answersPerS, p99Ms];
      },
    );
    for (const part of [load, server]) await part.stop();
    const [rates, times] = measured;
    return [
      resultOf({ name: 'pieces of output', ...(rates ?? none), limit: 0.15, direction: 'at_least', unit: '/s' }),
      resultOf({ name: 'p99 of a piece of output', ...(times ?? none), limit: 8, direction: 'at_most', unit: 'ms' }),
    ];
  },
};

const none = { value: 0, baseline: 0 };

type Stand = {
  bench: Bench;
  fleet: Fleet;
  server: StartedServer;
  load: Part<LoadCommands>;
  devices: PickedDevice[];
};

async function saying(
  says: 'reports' | 'output',
  { bench, fleet, server, load, devices }: Stand,
): Promise<{ answersPerS: number; p99Ms: number }> {
  // Files of a round before would be taken for what is there already.
  const updateId = `says-${says}-${randomBytes(4).toString('hex')}`;
  const deviceIds = devices.map(({ id }) => id);
  await insertOpenUpdates(fleet.db, largestProject(fleet), updateId, { deviceIds, status: 'in_progress' });
  const tickets = await server.ask('createTickets', devices);
  const seconds = bench.sizes.loadS;
  const run = { url: server.url, tickets, updateId, says, repeats: false, connections, seconds, perS: null };
  const measured = await load.ask('run', run);
  await removeDeployment(fleet.db, updateId);
  return measured;
}
