import { oneRow } from '@tideway/server';
import { sql } from 'kysely';
import type { Bench, Row } from '../bench.ts';
import { type Fleet, largestProject } from '../fleet/make-fleet.ts';
import { insertOpenUpdates, type PickedDevice, pickDevices, removeDeployment } from '../fleet/rows-of-fleet.ts';
import { alternate } from '../measuring/alternate.ts';
import { quantile } from '../measuring/quantile.ts';
import { resultOf } from '../measuring/result.ts';
import type { FollowersCommands } from '../parts/followers-part.ts';
import type { LoadCommands } from '../parts/load-part.ts';
import { type Part, startPart } from '../parts/part.ts';
import { type StartedServer, startServerPart } from '../parts/start-server.ts';

const followers = 1000;
const reportsPerS = 1000;
const connections = 200;
/** Counts are told four times a second; with the sending to a thousand readers nobody waits longer than this. */
const heardWithinS = 1;

/** A thousand who follow one deployment while its devices report a thousand times a second. */
export const followersRow: Row = {
  name: 'followers',
  measure: async (bench) => {
    const fleet = await bench.largeFleet();
    const server = await startServerPart(bench, fleet);
    const devices = await pickDevices(fleet.db, largestProject(fleet), (bench.sizes.loadS + 2) * reportsPerS);
    const load = await startPart<LoadCommands>('load');
    const readers = await startPart<FollowersCommands>('followers');
    const stand = { bench, fleet, server, load, devices };
    const heardS: number[] = [];
    const measured = await alternate(
      async () => {
        const { rate, p99Ms, lastHeardS } = await reportsOf(stand, readers);
        heardS.push(lastHeardS);
        return [rate, p99Ms];
      },
      async () => {
        const { rate, p99Ms } = await reportsOf(stand, null);
        return [rate, p99Ms];
      },
    );
    for (const part of [load, readers, server]) await part.stop();
    const [rates, times] = measured;
    const name = (what: string) => `${what} with ${followers} followers at ${reportsPerS} reports/s`;
    return [
      resultOf({ name: name('reports'), ...(rates ?? none), limit: 0.95, direction: 'at_least', unit: '/s' }),
      resultOf({ name: name('p99 of a report'), ...(times ?? none), limit: 3, direction: 'at_most', unit: 'ms' }),
      resultOf({
        name: name('the last count heard by the last'),
        value: quantile(heardS, 0.5),
        baseline: heardWithinS,
        limit: 1,
        direction: 'at_most',
        unit: 's',
      }),
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

type Measured = { rate: number; p99Ms: number; lastHeardS: number };

async function reportsOf(stand: Stand, readers: Part<FollowersCommands> | null): Promise<Measured> {
  const { bench, fleet, server, load, devices } = stand;
  const project = largestProject(fleet);
  const updateId = 'followed';
  const deviceIds = devices.map(({ id }) => id);
  await insertOpenUpdates(fleet.db, project, updateId, { deviceIds, status: 'in_progress' });
  const tickets = await server.ask('createTickets', devices);
  const path = `/api/v2/${project.key}/deployments/${updateId}/events`;
  await readers?.ask('follow', { url: server.url, path, token: fleet.token, followers });
  const seconds = bench.sizes.loadS;
  const run = { url: server.url, tickets, updateId, repeats: false, connections, seconds, perS: reportsPerS };
  const { answersPerS, p99Ms } = await load.ask('run', run);
  const endedMs = Date.now();
  const { success } = await oneRow<{ success: number }>(
    fleet.db,
    sql`select c.success from deployment_count c join deployment d on d.id = c.deployment_id where d.public_id = ${updateId}`,
  );
  const heardMs = (await readers?.ask('awaitSuccesses', success)) ?? [endedMs];
  await readers?.ask('leave', null);
  await removeDeployment(fleet.db, updateId);
  return { rate: answersPerS, p99Ms, lastHeardS: (Math.max(...heardMs) - endedMs) / 1000 };
}
