import { queryOptions } from '@tanstack/react-query';
import type { Device, DryRun } from '@tideway/protocol';
import { type Page, path, post } from '../../platform/api/call.ts';
import type { OrderBody } from './order-values.rules.ts';

/** The devices that were picked, for their names. Refused where one of them is not there any more. */
export const pickedDevicesQuery = (project: string, ids: string[]) =>
  queryOptions({
    queryKey: [project, 'devices', 'picked', ids],
    queryFn: async () =>
      (await post<Page<Device>>(path`/${project}/devices/search`, { device_ids: ids, limit: 1000 })).items,
    staleTime: 60_000,
  });

/** What exactly this order would do. Nothing of it is kept: it may hold secrets. */
export const dryRunQuery = (project: string, body: OrderBody, flowVersion: number | null) =>
  queryOptions({
    queryKey: [project, 'dry-run', body, flowVersion],
    queryFn: () => post<DryRun>(path`/${project}/deployments`, { ...body, dry_run: true }),
    staleTime: 0,
    gcTime: 0,
    refetchInterval: 20_000,
  });
