import { type Config, createLog, createSignInLink, openStoreOnThisMachine, readConfig } from '@tideway/server';
import { fail } from './fail.ts';

/** `tideway sign-in-link`: makes a link that signs a user in once, for who may open the data folder. */
export async function makeSignInLink(email: string | undefined): Promise<void> {
  const config = readConfig();
  if ('fault' in config) fail(config.fault);
  process.stdout.write(`${await linkOf(config, email ?? null).catch(fail)}\n`);
}

/** Ends the database again where this command has started it, also where no link can be made. */
async function linkOf(config: Config, email: string | null): Promise<string> {
  const store = await openStoreOnThisMachine(config, createLog('silent'));
  return createSignInLink(store.db, email)
    .then(({ token }) => `${config.publicUrl ?? `http://localhost:${config.port}`}/sign-in#${token}`)
    .finally(() => store.close());
}
