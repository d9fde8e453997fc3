import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInstallation } from './features/accounts/installation.ts';
import { LastUses } from './features/accounts/last-uses.ts';
import { createBatches } from './platform/batch/batches.ts';
import { createDiskStore } from './platform/blob-store/disk-store.ts';
import type { Db } from './platform/database/database.ts';
import type { SwitchablePool } from './platform/database/switchable-pool.ts';
import type { Deps, Settings } from './platform/deps.ts';
import { createRateLimits } from './platform/limits/limits.ts';
import type { Log } from './platform/log.ts';
import { createMetrics } from './platform/metrics/metrics.ts';
import { ChangeLine } from './platform/wake/changes.ts';
import { WakeLine } from './platform/wake/wakes.ts';

/** Puts together what the use cases work with, on a database that has its tables. */
export async function createDeps(parts: {
  pool: SwitchablePool;
  db: Db;
  home: string;
  log: Log;
  settings: Settings;
}): Promise<Deps> {
  const { pool, db, home, log, settings } = parts;
  const deps = {
    db,
    serverId: randomUUID(),
    wakes: new WakeLine(pool, log),
    changes: new ChangeLine(pool, log),
    log,
    metrics: createMetrics(),
    rates: createRateLimits(settings.limits),
    lastUses: new LastUses({ db, log }),
    settings,
    randomBytes,
    blobs: createDiskStore(join(home, 'blobs')),
    installation: await createInstallation(db, randomBytes),
  };
  deps.metrics.watchPool(() => pool.use());
  return { ...deps, batches: createBatches(deps, deps.metrics.batchDone) };
}
