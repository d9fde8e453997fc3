import { randomBytes } from 'node:crypto';
import type { Bench, Row } from '../bench.ts';
import { type Fleet, largestProject } from '../fleet/make-fleet.ts';
import { insertOpenUpdates, type PickedDevice, pickDevices, removeDeployment } from '../fleet/rows-of-fleet.ts';
import { alternate } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import type { LoadCommands } from '../parts/load-part.ts';
import { type Part, startPart } from '../parts/part.ts';
import type { ServerVariant } from '../parts/server-part.ts';
import { type StartedServer, startServerPart } from '../parts/start-server.ts';

/** As of a fleet at work: devices wait for their batch, and so the server is full only with many of them. */
const connections = 1000;
/** More than any of the servers gets through. */
const updatesPerS = 2500;

/** Reports of devices at work, one in each request, each acknowledged when it is on disk. */
export const reportsRow: Row = {
  name: 'reports',
  measure: async (bench) => {
    const fleet = await bench.largeFleet();
    const devices = await pickDevices(fleet.db, largestProject(fleet), (bench.sizes.loadS + 2) * updatesPerS);
    const load = await startPart<LoadCommands>('load');
    const measure = async (variant: ServerVariant) => {
      const server = await startServerPart(bench, fleet, variant);
      const repeats = variant === 'without database';
      const rate = await reportRate(bench, fleet, { server, load, devices, repeats });
      await server.stop();
      return [rate];
    };
    const [bare] = await alternate(
      () => measure('whole'),
      () => measure('without database'),
    );
    const [single] = await alternate(
      () => measure('whole'),
      () => measure('without batches'),
    );
    await load.stop();
    const unit = '/s';
    return [
      resultOf({ name: 'reports', ...(bare ?? none), limit: 0.5, direction: 'at_least', unit }),
      resultOf({
        name: 'reports, against ours one by one',
        ...(single ?? none),
        limit: 2,
        direction: 'at_least',
        unit,
      }),
    ];
  },
};

const none = { value: 0, baseline: 0 };

type Reporting = { server: StartedServer; load: Part<LoadCommands>; devices: PickedDevice[]; repeats: boolean };

async function reportRate(
  { sizes }: Bench,
  fleet: Fleet,
  { server, load, devices, repeats }: Reporting,
): Promise<number> {
  const updateId = `at-work-${randomBytes(4).toString('hex')}`;
  const deviceIds = devices.map(({ id }) => id);
  await insertOpenUpdates(fleet.db, largestProject(fleet), updateId, { deviceIds, status: 'in_progress' });
  const tickets = await server.ask('createTickets', devices);
  const run = { url: server.url, tickets, updateId, repeats, connections, seconds: sizes.loadS, perS: null };
  const { answersPerS } = await load.ask('run', run);
  await removeDeployment(fleet.db, updateId);
  return answersPerS;
}
