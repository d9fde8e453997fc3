import { backUpInstallation, createLog, readConfig, restoreInstallation } from '@tideway/server';
import { Command } from 'commander';
import { fail } from './fail.ts';

/** `tideway backup FILE`: writes everything that the installation is into one file, also while its server runs. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('write all rows and artifacts of this installation into a file, also while its server runs')
    .argument('<file>', 'the file to write; it holds secrets, and only its owner may read it')
    .option('--without-artifacts', 'leave out artifacts and the output of updates')
    .action(backUp);
}

/** `tideway restore FILE`: brings a backup back into an empty database. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('restore a backup into a data folder, or a database (DATABASE_URL), that is empty')
    .argument('<file>', 'the file that `tideway backup` wrote')
    .action(restore);
}

async function backUp(file: string, { withoutArtifacts }: { withoutArtifacts?: true }): Promise<void> {
  const config = configOrFail();
  const options = { withBlobs: withoutArtifacts !== true };
  const { tables, rows, blobs } = await backUpInstallation(config, createLog('silent'), file, options).catch(fail);
  process.stdout.write(`Backed up ${rows} rows of ${tables} tables and ${blobs} files to ${file}\n`);
}

async function restore(file: string): Promise<void> {
  const { tables, rows, blobs } = await restoreInstallation(configOrFail(), createLog('silent'), file).catch(fail);
  process.stdout.write(`Restored ${rows} rows of ${tables} tables and ${blobs} files\n`);
}

function configOrFail() {
  const config = readConfig();
  if ('fault' in config) fail(config.fault);
  return config;
}
