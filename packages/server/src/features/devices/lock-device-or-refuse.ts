import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';
import { lockDevice } from './device.store.ts';

/** Locks the device that a path names against every other change, or answers that there is none. */
export async function lockDeviceOrRefuse(tx: Tx, projectId: number, publicId: string): Promise<number> {
  const id = await lockDevice(tx, projectId, publicId);
  if (id === null) throw noSuchDevice(publicId);
  return id;
}

export function noSuchDevice(publicId: string): Refusal {
  return new Refusal('not_found', `There is no device ${publicId} in this project`);
}
