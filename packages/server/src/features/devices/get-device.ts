import type { Device } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { findDevice } from './device.views.ts';
import { noSuchDevice } from './lock-device-or-refuse.ts';

/** The device that a path names, or the answer that there is none. */
export async function getDevice({ db }: Pick<Deps, 'db'>, caller: ProjectCaller, publicId: string): Promise<Device> {
  const device = await findDevice(db, caller.project.id, publicId);
  if (device === null) throw noSuchDevice(publicId);
  return device;
}
