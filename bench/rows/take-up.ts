import { createDeps, createLog, type Deps, defaultLimits, SwitchablePool } from '@tideway/server';
import { takeUpUpdate } from '../../packages/server/src/features/deployments/take-up-update.ts';
import type { Bench, Row } from '../bench.ts';
import { type Fleet, largestProject } from '../fleet/make-fleet.ts';
import { insertOpenUpdates, pickDevices, removeDeployment } from '../fleet/rows-of-fleet.ts';
import { alternate, secondsOf } from '../measuring/alternate.ts';
import { median } from '../measuring/quantile.ts';
import { resultOf } from '../measuring/result.ts';
import { batchesOfOne } from '../parts/server-part.ts';

/** The take-up of one device without the pause in which a batch is gathered: the statements and their commit. */
export const takeUpRow: Row = {
  name: 'take-up',
  measure: async (bench) => {
    const [large, small] = [await bench.largeFleet(), await bench.smallFleet()];
    const [times] = await alternate(
      async () => [await medianTakeUpMs(bench, large)],
      async () => [await medianTakeUpMs(bench, small)],
    );
    const past = largestProject(large).devices * bench.sizes.pastUpdates;
    return [
      resultOf({
        name: `take-up of one device on ${past} past updates`,
        value: times?.value ?? 0,
        baseline: times?.baseline ?? 0,
        limit: 1.2,
        direction: 'at_most',
        unit: 'ms',
        note: 'against 10,000 past updates',
      }),
    ];
  },
};

async function medianTakeUpMs(bench: Bench, fleet: Fleet): Promise<number> {
  const project = largestProject(fleet);
  const devices = await pickDevices(fleet.db, project, bench.sizes.takeUps);
  await insertOpenUpdates(fleet.db, project, 'to-take-up', {
    deviceIds: devices.map(({ id }) => id),
    status: 'pending',
  });
  const { deps, close } = await depsWithoutBatches(bench, fleet);
  const times: number[] = [];
  for (const { id } of devices) times.push(await secondsOf(() => takeUpUpdate(deps, id)));
  await close();
  await removeDeployment(fleet.db, 'to-take-up');
  return median(times) * 1000;
}

async function depsWithoutBatches(
  bench: Bench,
  fleet: Fleet,
): Promise<{ deps: Pick<Deps, 'batches'>; close: () => Promise<void> }> {
  const pool = new SwitchablePool();
  pool.open(fleet.connection);
  const deps = await createDeps({
    pool,
    db: fleet.db,
    home: bench.databases.makeHome('take-up'),
    log: createLog('silent'),
    settings: {
      pollAfterS: 25,
      wakesPerS: 2000,
      maxArtifactBytes: 1024,
      limits: defaultLimits,
      metricsToken: null,
      keepFinishedS: null,
      trustedProxies: [],
      publicUrl: null,
      agentFiles: '/nonexistent',
      dashboardFiles: '/nonexistent',
      agentUpdateSpreadS: null,
    },
  });
  return {
    deps: { batches: batchesOfOne(deps) },
    close: async () => {
      deps.metrics.stop();
      await pool.close();
    },
  };
}
