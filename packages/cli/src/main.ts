import { version } from '@tideway/server';
import { Command } from 'commander';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { serveCommand } from './commands/serve.ts';
import { tokenCommand } from './commands/token.ts';

/** The `tideway` program. */
export async function main(words: string[]): Promise<void> {
  const program = new Command('tideway')
    .description('Deploys software updates over the air to fleets of Linux and IoT devices')
    .version(version)
    .addCommand(serveCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(tokenCommand());
  await program.parseAsync(words, { from: 'user' });
}

await main(process.argv.slice(2));
