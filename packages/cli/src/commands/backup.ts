import { backUpInstallation, createLog, readConfig, restoreInstallation } from '@tideway/server';
import { fail } from './fail.ts';

/** `tideway backup FILE`: writes everything that the installation is into one file, also while its server runs. */
export async function backUp(file: string, { withoutArtifacts }: { withoutArtifacts?: true }): Promise<void> {
  const config = configOrFail();
  const options = { withBlobs: withoutArtifacts !== true };
  const { tables, rows, blobs } = await backUpInstallation(config, createLog('silent'), file, options).catch(fail);
  process.stdout.write(`Backed up ${rows} rows of ${tables} tables and ${blobs} files to ${file}\n`);
}

/** `tideway restore FILE`: brings a backup back into an empty database. */
export async function restore(file: string): Promise<void> {
  const { tables, rows, blobs } = await restoreInstallation(configOrFail(), createLog('silent'), file).catch(fail);
  process.stdout.write(`Restored ${rows} rows of ${tables} tables and ${blobs} files\n`);
}

function configOrFail() {
  const config = readConfig();
  if ('fault' in config) fail(config.fault);
  return config;
}
