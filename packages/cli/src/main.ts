import { Command, CommanderError } from 'commander';
import { ClientError } from './client-error.ts';
import { artifactsCommand } from './commands/artifacts.ts';
import { completionCommand } from './commands/completion.ts';
import { deployCommand } from './commands/deploy.ts';
import { deploymentsCommand } from './commands/deployments.ts';
import { devicesCommand } from './commands/devices.ts';
import { flowsCommand } from './commands/flows.ts';
import { labelCommands } from './commands/labels.ts';
import { loginCommand, logoutCommand } from './commands/login.ts';
import { commandsOnThisMachine } from './commands/on-this-machine.ts';
import { pairingTokensCommand } from './commands/pairing-tokens.ts';
import { projectsCommand } from './commands/projects.ts';
import { registriesCommand } from './commands/registries.ts';
import { tokensCommand } from './commands/tokens.ts';
import { exitCodes } from './exit-codes.ts';
import { printNote } from './output/print.ts';
import { version } from './version.ts';

/** The `tideway` program. */
export async function main(words: string[]): Promise<void> {
  const program = new Command('tideway')
    .description('Deploys software updates over the air to fleets of Linux and IoT devices')
    .version(version);
  program.commandsGroup('Commands for any server:');
  for (const command of clientCommands()) program.addCommand(command);
  program.commandsGroup("Commands on the server's own machine:");
  for (const command of commandsOnThisMachine()) program.addCommand(command);
  for (const command of withAllBelow(program)) command.exitOverride();
  endWithReader();
  await program.parseAsync(words, { from: 'user' }).catch(endWithSentence);
}

function clientCommands(): Command[] {
  return [
    loginCommand(),
    logoutCommand(),
    deployCommand(),
    deploymentsCommand(),
    devicesCommand(),
    flowsCommand(),
    artifactsCommand(),
    registriesCommand(),
    projectsCommand(),
    ...labelCommands(),
    pairingTokensCommand(),
    tokensCommand(),
    completionCommand(),
  ];
}

function withAllBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}

/** What a caller can act on needs no stack; all else is a bug, and shows where it is. */
function endWithSentence(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.success : exitCodes.refused;
    return;
  }
  if (!(error instanceof ClientError)) throw error;
  if (error.message !== '') printNote(`tideway: ${error.message}`);
  process.exitCode = error.exitCode;
}

/** Who reads only the beginning of a list, as `head` does, has seen enough. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

await main(process.argv.slice(2));
