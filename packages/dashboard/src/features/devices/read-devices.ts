import type { Device } from '@tideway/protocol';
import { type Page, path, post } from '../../platform/api/call.ts';
import { Refused } from '../../platform/api/refused.ts';
import type { DevicesAsked } from './device.queries.ts';

const atOnce = 500;

/** Which of these devices are among those that are asked for. */
export async function devicesAmong(project: string, ids: string[], asked: DevicesAsked): Promise<Set<string>> {
  const found = new Set<string>();
  for (let at = 0; at < ids.length; at += atOnce) {
    const devices = await readDevices(project, ids.slice(at, at + atOnce), undefined, asked);
    for (const { id } of devices) found.add(id);
  }
  return found;
}

/** Reads up to 500 devices by their ids, in one call. One that was deleted meanwhile is told, and left out. */
export async function readDevices(
  project: string,
  ids: string[],
  onGone: (id: string) => void = () => {},
  asked: DevicesAsked = { device_filter: {} },
): Promise<Device[]> {
  if (ids.length === 0) return [];
  try {
    const body = { ...asked, device_ids: ids, limit: atOnce };
    return (await post<Page<Device>>(path`/${project}/devices/search`, body)).items;
  } catch (error) {
    const gone = error instanceof Refused && error.code === 'unknown_device' ? placeOf(error.field) : null;
    const id = gone === null ? undefined : ids[gone];
    if (id === undefined) throw error;
    onGone(id);
    return readDevices(
      project,
      ids.filter((other) => other !== id),
      onGone,
      asked,
    );
  }
}

function placeOf(field: string | null): number | null {
  const place = /^device_ids\[(\d+)\]/.exec(field ?? '')?.[1];
  return place === undefined ? null : Number(place);
}
