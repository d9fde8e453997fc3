import type { Row } from '../bench.ts';
import { largestProject } from '../fleet/make-fleet.ts';
import { pickDevices } from '../fleet/rows-of-fleet.ts';
import { alternate } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import type { LoadCommands } from '../parts/load-part.ts';
import { startPart } from '../parts/part.ts';
import { startServerPart } from '../parts/start-server.ts';

/** As of a fleet at work: devices wait for their batch, and so the server is full only with many of them. */
const connections = 1000;
const pollingDevices = 20_000;

/** Polls of devices that have nothing to do; each notes that the device is there. */
export const pollsRow: Row = {
  name: 'polls',
  measure: async (bench) => {
    const fleet = await bench.largeFleet();
    const devices = await pickDevices(fleet.db, largestProject(fleet), pollingDevices);
    const load = await startPart<LoadCommands>('load');
    const whole = await startServerPart(bench, fleet);
    const constant = await startServerPart(bench, fleet, 'without database');
    const tickets = await whole.ask('createTickets', devices);
    const rate = async (url: string) => {
      const run = { url, tickets, updateId: null, repeats: true, connections, seconds: bench.sizes.loadS, perS: null };
      return [(await load.ask('run', run)).answersPerS];
    };
    const [rates] = await alternate(
      () => rate(whole.url),
      () => rate(constant.url),
    );
    for (const part of [load, whole, constant]) await part.stop();
    const { value, baseline } = rates ?? { value: 0, baseline: 0 };
    return [resultOf({ name: 'idle polls', value, baseline, limit: 0.6, direction: 'at_least', unit: '/s' })];
  },
};
