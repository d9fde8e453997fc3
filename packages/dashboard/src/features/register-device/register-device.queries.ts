import { queryOptions } from '@tanstack/react-query';
import type { AuditEventView, Device } from '@tideway/protocol';
import { get, type Page, path, query } from '../../platform/api/call.ts';
import { changeDevices, useDevicesLeft } from '../devices/device.queries.ts';
import { readDevices } from '../devices/read-devices.ts';
import { arrivedWith } from './register-device.rules.ts';

/** Of those that came with a token, so many are shown; the devices page has all. */
const shownArrivals = 100;
const lookEveryMs = 2_000;

/** The devices that have joined with a pairing token, in the order in which they came. */
export const arrivalsQuery = (project: string, tokenId: string) =>
  queryOptions({
    queryKey: [project, 'arrived-devices', tokenId],
    queryFn: async () => {
      const search = query({ project_key: project, action: 'device.joined', limit: shownArrivals });
      const ids = arrivedWith(tokenId, (await get<Page<AuditEventView>>(`/audit-events${search}`)).items);
      const devices = new Map((await readDevices(project, ids)).map((device) => [device.id, device]));
      return ids.flatMap((id) => devices.get(id) ?? []);
    },
    refetchInterval: lookEveryMs,
  });

/** Devices that await approval, the oldest first. */
export const awaitingApprovalQuery = (project: string) =>
  queryOptions({
    queryKey: [project, 'awaiting-devices'],
    queryFn: () => get<Page<Device>>(path`/${project}/devices` + query({ attention: 'needs_approval', limit: 100 })),
    refetchInterval: lookEveryMs,
  });

/** Approves these devices: all of them, or none. */
export function useApprove(project: string): (ids: string[]) => Promise<void> {
  const left = useDevicesLeft(project);
  return async (ids) => {
    try {
      await changeDevices(project, { device_ids: ids }, { approve: true });
    } finally {
      await left();
    }
  };
}
