import type { Role } from '@tideway/protocol';
import { type Config, createLog, createTokenOnThisMachine, openStoreOnThisMachine, readConfig } from '@tideway/server';
import { fail } from './fail.ts';

/** `tideway token create`: makes an access token, for who may open the data folder. */
export async function createToken({ role, name }: { role: Role; name: string }): Promise<void> {
  const config = readConfig();
  if ('fault' in config) fail(config.fault);
  process.stdout.write(`${await tokenOf(config, role, name).catch(fail)}\n`);
}

/** Ends the database again where this command has started it, also where no token can be made. */
async function tokenOf(config: Config, role: Role, name: string): Promise<string> {
  const store = await openStoreOnThisMachine(config, createLog('silent'));
  return createTokenOnThisMachine(store.db, { role, name })
    .then(({ token }) => token)
    .finally(() => store.close());
}
