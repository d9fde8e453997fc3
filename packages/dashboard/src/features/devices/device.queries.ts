import { type QueryClient, queryOptions, useQueryClient } from '@tanstack/react-query';
import type {
  BulkChanges,
  Device,
  DeviceChanges,
  DeviceFilter,
  DeviceSearch,
  UpdateOfDevice,
  Why,
} from '@tideway/protocol';
import { get, type Page, patch, path, post, query, remove } from '../../platform/api/call.ts';

/** What a list of devices is narrowed by. */
export type DevicesAsked = { device_filter: DeviceFilter } & DeviceSearch;

const pollMs = 5_000;

/** What no event tells is asked for: a device goes offline by time. */
export const deviceQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: [project, 'device', id],
    queryFn: () => get<Device>(path`/${project}/devices/${id}`),
    refetchInterval: pollMs,
  });

export const whyQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: [project, 'device', id, 'why'],
    queryFn: () => get<Why>(path`/${project}/devices/${id}/why`),
    refetchInterval: pollMs,
  });

export function loadUpdatesOfDevice(project: string, id: string, after: string | null, limit: number) {
  return get<Page<UpdateOfDevice>>(path`/${project}/devices/${id}/updates` + query({ after, limit }));
}

/** The updates of a device that have not ended: what it is at, and what waits for it. */
export const openUpdatesQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: [project, 'device', id, 'open-updates'],
    queryFn: async () => {
      const read = (status: string) =>
        get<Page<UpdateOfDevice>>(path`/${project}/devices/${id}/updates` + query({ status, limit: 1000 }));
      const [inProgress, pending] = await Promise.all([read('in_progress'), read('pending')]);
      return { inProgress: inProgress.items, pending: pending.items };
    },
    refetchInterval: pollMs,
  });

export function changeDevice(project: string, id: string, changes: DeviceChanges): Promise<Device> {
  return patch<Device>(path`/${project}/devices/${id}`, changes);
}

export function deleteDevice(project: string, id: string): Promise<null> {
  return remove(path`/${project}/devices/${id}`);
}

/** Which devices a change of many is for: those that were picked, or all that a filter selects. */
export type BulkSelection = { device_ids: string[] } | { device_filter: DeviceFilter };

export async function changeDevices(
  project: string,
  selection: BulkSelection,
  changes: BulkChanges,
): Promise<{ devices: number }> {
  return post(path`/${project}/devices/bulk`, { ...selection, ...changes });
}

/** After a change of devices: what is shown of them is read again. */
export function useDevicesChanged(project: string): () => Promise<void> {
  const queries = useQueryClient();
  return () => readDevicesAgain(queries, project);
}

/** After some have left a list, as by a deletion: lists begin anew, because a long one does not find out by itself. */
export function useDevicesLeft(project: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await queries.resetQueries({ queryKey: [project, 'devices'] });
    await readDevicesAgain(queries, project);
  };
}

async function readDevicesAgain(queries: QueryClient, project: string): Promise<void> {
  const lists = ['devices', 'awaiting-devices', 'arrived-devices', 'selection-preview', 'groups', 'tags', 'apps'];
  const things = [...lists, 'device', 'device-names', 'update', 'overview'];
  await Promise.all(things.map((thing) => queries.invalidateQueries({ queryKey: [project, thing] })));
}
