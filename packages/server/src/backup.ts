import { join } from 'node:path';
import type { Config } from './config.ts';
import type { BackupSummary } from './platform/backup/backup-format.ts';
import { restoreBackup } from './platform/backup/restore-backup.ts';
import { writeBackup } from './platform/backup/write-backup.ts';
import { createDiskStore } from './platform/blob-store/disk-store.ts';
import type { Log } from './platform/log.ts';
import { fillEmptyStore, onConnection } from './store.ts';
import { version } from './version.ts';

/** Writes a backup of an installation, also while its server runs. Throws Refusal or StoreUnusable where it cannot. */
export async function backUpInstallation(
  config: Config,
  log: Log,
  file: string,
  { withBlobs }: { withBlobs: boolean },
): Promise<BackupSummary> {
  return onConnection(config, log, (client) => writeBackup(file, client, withBlobs ? blobsOf(config) : null, version));
}

/** Restores a backup into an installation that has no tables yet; its server must not run. */
export async function restoreInstallation(config: Config, log: Log, file: string): Promise<BackupSummary> {
  return fillEmptyStore(config, log, (client) => restoreBackup(file, client, blobsOf(config)));
}

function blobsOf({ home }: Config) {
  return createDiskStore(join(home, 'blobs'));
}
