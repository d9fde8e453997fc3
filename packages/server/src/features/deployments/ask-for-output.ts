import type { Deps } from '../../platform/deps.ts';

/**
 * Has a device say at once what its step has printed since it said so last, because somebody reads it. By itself it does
 * so the less often the longer the step goes on; it is asked once a second, however many read.
 * @param deviceId internal id
 */
export function askForOutput({ wakes, rates }: Pick<Deps, 'wakes' | 'rates'>, deviceId: number): void {
  if (rates.outputs.pauseMs(deviceId) > 0) return;
  rates.outputs.charge(deviceId);
  wakes.devices([deviceId]);
}
