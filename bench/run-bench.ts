import { writeFileSync } from 'node:fs';
import { type Bench, type Row, sizesOf } from './bench.ts';
import { startDatabases } from './fleet/databases.ts';
import { type Fleet, makeFleet, type WantedProject } from './fleet/make-fleet.ts';
import { describeMachine } from './measuring/machine.ts';
import type { Result } from './measuring/result.ts';
import { tableOf } from './measuring/table.ts';

/** Measures the rows, prints their table, and writes it to a file as JSON. */
export async function runBench(
  rows: readonly Row[],
  options: { isQuick: boolean; resultsFile: string },
): Promise<void> {
  const { bench, end } = await prepare(options);
  const results: Result[] = [];
  try {
    for (const row of rows) {
      process.stderr.write(`${row.name} …\n`);
      const measured = await row.measure(bench);
      process.stderr.write(`${tableOf(measured)}\n`);
      results.push(...measured);
    }
  } finally {
    await end();
  }
  const machine = describeMachine();
  writeFileSync(options.resultsFile, `${JSON.stringify({ machine, rows: results }, null, 2)}\n`);
  process.stdout.write(`${Object.values(machine).join(', ')}\n\n${tableOf(results)}\n`);
}

async function prepare({ isQuick }: { isQuick: boolean }): Promise<{ bench: Bench; end: () => Promise<void> }> {
  const sizes = sizesOf({ isQuick });
  const databases = await startDatabases();
  const made = new Map<string, Promise<Fleet>>();
  const fleet = (name: string, wanted: WantedProject[]) => {
    const found = made.get(name) ?? makeFleet(databases, name, wanted);
    made.set(name, found);
    return found;
  };
  const { fewDevices, manyDevices, browsedDevices, connectedDevices, pastUpdates } = sizes;
  return {
    bench: {
      sizes,
      databases,
      largeFleet: () =>
        fleet('large', [
          { key: 'few', devices: fewDevices, pastUpdates: 1 },
          { key: 'many', devices: manyDevices, pastUpdates },
        ]),
      smallFleet: () => fleet('small', [{ key: 'small', devices: 1000, pastUpdates }]),
      browsedFleet: () => fleet('browsed', [{ key: 'browsed', devices: browsedDevices, pastUpdates: 1 }]),
      connectedFleet: () => fleet('connected', [{ key: 'connected', devices: connectedDevices, pastUpdates }]),
    },
    end: async () => {
      for (const { db } of await Promise.all(made.values())) await db.destroy();
      await databases.stop();
    },
  };
}
