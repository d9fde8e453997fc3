import { roles } from '@tideway/protocol';
import { Command, Option } from 'commander';

// The server's code is loaded by the command that needs it: the others start faster without it.
/** The commands for who runs a server: they open its data folder and database on this machine. */
export function commandsOnThisMachine(): Command[] {
  return [serveCommand(), backupCommand(), restoreCommand(), tokenCommand(), signInLinkCommand()];
}

function serveCommand(): Command {
  return new Command('serve')
    .description('run the server; its settings come from the environment (see docs/settings.md)')
    .action(async () => (await import('./serve.ts')).serve());
}

function backupCommand(): Command {
  return new Command('backup')
    .description('write all rows and artifacts of this installation into a file, also while its server runs')
    .argument('<file>', 'the file to write; it holds secrets, and only its owner may read it')
    .option('--without-artifacts', 'leave out artifacts and the output of updates')
    .action(async (file, options) => (await import('./backup.ts')).backUp(file, options));
}

function restoreCommand(): Command {
  return new Command('restore')
    .description('restore a backup into a data folder, or a database (DATABASE_URL), that is empty')
    .argument('<file>', 'the file that `tideway backup` wrote')
    .action(async (file) => (await import('./backup.ts')).restore(file));
}

function signInLinkCommand(): Command {
  return new Command('sign-in-link')
    .description(
      'make a link that signs a user in once, within a day, and print it: to set the first password, or a new one',
    )
    .argument('[email]', "the user; without it, the account's owner")
    .action(async (email) => (await import('./sign-in-link.ts')).makeSignInLink(email));
}

function tokenCommand(): Command {
  const create = new Command('create')
    .description('make an access token of the owner and print it; it is shown this once')
    .addOption(new Option('--role <role>', 'what the token may do').choices(roles).default('operator'))
    .option('--name <name>', 'what it is for', 'command line')
    .action(async (options) => (await import('./token.ts')).createToken(options));
  return new Command('token').description('make access tokens without having one').addCommand(create);
}
