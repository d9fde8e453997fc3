import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInstallation } from './features/accounts/installation.ts';
import { createBatches } from './platform/batch/batches.ts';
import { createDiskStore } from './platform/blob-store/disk-store.ts';
import type { Db } from './platform/database/database.ts';
import type { Deps, Settings } from './platform/deps.ts';
import type { Log } from './platform/log.ts';

/** Puts together what the use cases work with, on a database that has its tables. */
export async function createDeps(parts: { db: Db; home: string; log: Log; settings: Settings }): Promise<Deps> {
  const { db, home, log, settings } = parts;
  const deps = {
    db,
    log,
    settings,
    randomBytes,
    blobs: createDiskStore(join(home, 'blobs')),
    installation: await createInstallation(db, randomBytes),
  };
  return { ...deps, batches: createBatches(deps) };
}
