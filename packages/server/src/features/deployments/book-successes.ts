import type { Tx } from '../../platform/database/transaction.ts';
import type { StatusChange } from './deployment-count.store.ts';
import {
  abortOvertaken,
  findNewer,
  type Success,
  setAppsReported,
  setAppVersions,
  setConfigurationsApplied,
} from './success.store.ts';

/**
 * What successes mean for their devices: the app's version, the configuration, and the end of older updates of the same
 * app, so that coming back after a long time never downgrades. A late success changes nothing that a newer update has
 * set or is setting. Gives what is to be counted.
 */
export async function bookSuccesses(tx: Tx, successes: readonly Success[]): Promise<StatusChange[]> {
  if (successes.length === 0) return [];
  const newer = await findNewer(
    tx,
    successes.filter(({ isLate }) => isLate),
  );
  const setsConfiguration = successes.filter(({ device_id }) => !newer.get(device_id)?.configuration);
  const setsApp = successes.filter(({ device_id }) => !newer.get(device_id)?.app);
  await setConfigurationsApplied(tx, setsConfiguration);
  await setAppVersions(tx, setsApp);
  await setAppsReported(tx, setsApp);
  const overtaken = await abortOvertaken(tx, setsApp);
  return overtaken.map((deploymentId) => ({ deploymentId, from: 'pending', to: 'aborted' }));
}
