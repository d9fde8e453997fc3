import type { Device } from '@tideway/protocol';
import { type Page, path, post } from '../../platform/api/call.ts';
import { Refused } from '../../platform/api/refused.ts';

/** Reads up to 500 devices by their ids, in one call. One that was deleted meanwhile is told, and left out. */
export async function readDevices(
  project: string,
  ids: string[],
  onGone: (id: string) => void = () => {},
): Promise<Device[]> {
  if (ids.length === 0) return [];
  try {
    const body = { device_filter: {}, device_ids: ids, limit: 500 };
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
    );
  }
}

function placeOf(field: string | null): number | null {
  const place = /^device_ids\[(\d+)\]/.exec(field ?? '')?.[1];
  return place === undefined ? null : Number(place);
}
