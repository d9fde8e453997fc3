import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { createDeps } from './deps.ts';
import { ensureOwner } from './features/accounts/ensure-owner.ts';
import { createSignInLink } from './features/accounts/sessions/sign-in-by-link.ts';
import type { Log } from './platform/log.ts';
import { openStore } from './store.ts';

export type RunningServer = {
  /** Where it listens, as `http://127.0.0.1:8080`. */
  url: string;
  /** True where this start made the account and its owner: nobody holds a token yet. */
  isFirstStart: boolean;
  /** Signs the owner in once, within a day: where this start made one without a password, and null otherwise. */
  ownerLinkToken: string | null;
  /** Takes no new work, finishes what is in flight, and lets go of the data folder. */
  stop: () => Promise<void>;
};

/**
 * Starts a whole server: database, tables, account and owner, HTTP. Throws Refusal or StoreUnusable with a sentence for
 * people where it cannot; `onStoreLost` is told when the data folder is lost for good while the server runs.
 */
export async function startServer(
  config: Config,
  log: Log,
  onStoreLost: (why: string) => void,
): Promise<RunningServer> {
  const store = await openStore(config, log, onStoreLost);
  try {
    const deps = await createDeps({ db: store.db, pool: store.pool, home: config.home, log, settings: config });
    const isFirstStart = await ensureOwner(store.db, config.owner);
    const needsLink = isFirstStart && config.owner.password === null;
    const ownerLinkToken = needsLink ? (await createSignInLink(store.db, null)).token : null;
    const { server } = await createApp(deps, store.isReady);
    await server.listen({ host: config.host, port: config.port });
    return {
      url: urlOf(server.server.address() as AddressInfo),
      isFirstStart,
      ownerLinkToken,
      stop: async () => {
        await server.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}
