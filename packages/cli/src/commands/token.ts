import { type Role, roles } from '@tideway/protocol';
import { createLog, createTokenOnThisMachine, openStoreOnThisMachine, readConfig } from '@tideway/server';
import { Command, Option } from 'commander';
import { fail } from './fail.ts';

/** `tideway token create`: makes an access token, for who may open the data folder. */
export function tokenCommand(): Command {
  const create = new Command('create')
    .description('make an access token of the owner and print it; it is shown this once')
    .addOption(new Option('--role <role>', 'what the token may do').choices(roles).default('operator'))
    .option('--name <name>', 'what it is for', 'command line')
    .action(createToken);
  return new Command('token').description('access tokens').addCommand(create);
}

async function createToken({ role, name }: { role: Role; name: string }): Promise<void> {
  const config = readConfig();
  if ('fault' in config) fail(config.fault);
  const store = await openStoreOnThisMachine(config, createLog('silent')).catch(fail);
  try {
    const { token } = await createTokenOnThisMachine(store.db, { role, name });
    process.stdout.write(`${token}\n`);
  } catch (error) {
    fail(error);
  } finally {
    await store.close();
  }
}
