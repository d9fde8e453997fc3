import type { Deps } from '../../platform/deps.ts';
import { setLeaseEnded, setLeaseRenewed } from './presence.store.ts';

const renewEveryMs = 10_000;

/** Holds the lease of this server, by which the devices that are connected to it are online. Gives what ends it. */
export async function holdLease({
  db,
  log,
  serverId,
}: Pick<Deps, 'db' | 'log' | 'serverId'>): Promise<() => Promise<void>> {
  const renew = () =>
    setLeaseRenewed(db, serverId).catch((error: unknown) => {
      log.warn({ err: error }, 'The lease of this server could not be renewed');
    });
  await renew();
  const timer = setInterval(renew, renewEveryMs);
  return async () => {
    clearInterval(timer);
    await setLeaseEnded(db, serverId).catch(() => {});
  };
}
