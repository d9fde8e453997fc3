import type { Deps } from '../../platform/deps.ts';

/** With so many pieces the next one is asked for twice as late as the second: each is a file to be read with the others. */
const manyPieces = 30;

/**
 * Has a connected device say at once what its step has printed since it said so last, because somebody reads it; by itself
 * it does so seldom. It is asked once a second at first, however many read, and less often the more pieces there are.
 * @param deviceId internal id
 */
export function askForOutput({ wakes, rates }: Pick<Deps, 'wakes' | 'rates'>, deviceId: number, pieces: number): void {
  if (rates.outputs.pauseMs(deviceId) > 0) return;
  rates.outputs.charge(deviceId, 1 + pieces / manyPieces);
  wakes.devices([deviceId]);
}
