import type { Tx } from '../../platform/database/transaction.ts';
import type { StatusChange } from './deployment-count.store.ts';
import { abortOvertaken, findNewer, setAppVersion, setConfigurationApplied } from './success.store.ts';

/**
 * What a success means for the device: the app's version, its configuration, and the end of older updates of the same
 * app, so that coming back after a long time never downgrades. A late success changes nothing that a newer update has
 * set or is setting. Gives what is to be counted.
 */
export async function bookSuccess(
  tx: Tx,
  deviceId: number,
  deploymentId: number,
  { isLate }: { isLate: boolean },
): Promise<StatusChange[]> {
  const newer = isLate ? await findNewer(tx, deviceId, deploymentId) : { app: false, configuration: false };
  if (!newer.configuration) await setConfigurationApplied(tx, deviceId, deploymentId);
  if (newer.app) return [];
  await setAppVersion(tx, deviceId, deploymentId);
  const overtaken = await abortOvertaken(tx, deviceId, deploymentId);
  return overtaken.map((id) => ({ deploymentId: id, from: 'pending', to: 'aborted' }));
}
