import { useDebouncedCallback } from '@mantine/hooks';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Device } from '@tideway/protocol';
import { useMemo, useState } from 'react';
import { type Page, path, post } from '../../platform/api/call.ts';
import { mapPages, type PagedList, type Pages, usePagedList } from '../../platform/api/pages.ts';
import type { DevicesAsked } from './device.queries.ts';
import { type ListedDevice, listedDevice } from './listed-device.ts';
import { readDevices } from './read-devices.ts';

const pageSize = 500;
const pollMs = 5_000;

/** A list of devices, and what it wants to know: which rows are in sight. */
export type DeviceList = { list: PagedList<ListedDevice>; onSight: (first: number, last: number) => void };

/**
 * The devices that are asked for, page by page. A list of one page is read again as a whole; of a longer one only the
 * devices in sight, which cost the same however many there are.
 */
export function useDeviceList(project: string, asked: DevicesAsked): DeviceList {
  const listKey = useMemo(() => [project, 'devices', 'list', asked], [project, asked]);
  const list = usePagedList(
    listKey,
    async (after) => {
      const body = { ...asked, limit: pageSize, ...(after !== null && { after }) };
      const page = await post<Page<Device>>(path`/${project}/devices/search`, body);
      return { ...page, items: page.items.map(listedDevice) };
    },
    { refetchIntervalMs: pollMs, refetchesUpToPages: 1 },
  );
  const [seen, setSeen] = useState({ first: 0, last: 0 });
  // While the list is scrolled nothing is drawn for this.
  const onSight = useDebouncedCallback((first: number, last: number) => setSeen({ first, last }), 200);
  const isLong = list.items.length > pageSize;
  const ids = isLong ? list.items.slice(seen.first, seen.last + 1).map(({ id }) => id) : [];
  const queries = useQueryClient();
  useQuery({
    queryKey: [project, 'devices', 'in-sight', asked, ids],
    queryFn: async () => {
      const devices = await readDevices(project, ids, (gone) => forget(queries, listKey, gone));
      queries.setQueryData<Pages<ListedDevice>>(listKey, (known) => renew(known, devices.map(listedDevice)));
      return null;
    },
    enabled: ids.length > 0,
    refetchInterval: pollMs,
    gcTime: 0,
  });
  return { list, onSight };
}

function renew(known: Pages<ListedDevice> | undefined, devices: ListedDevice[]): Pages<ListedDevice> | undefined {
  const byId = new Map(devices.map((device) => [device.id, device]));
  return mapPages(known, (device) => byId.get(device.id) ?? device);
}

function forget(queries: QueryClient, listKey: readonly unknown[], id: string): void {
  queries.setQueryData<Pages<ListedDevice>>(
    listKey,
    (known) =>
      known && {
        ...known,
        pages: known.pages.map((page) =>
          page.items.some((device) => device.id === id)
            ? { ...page, items: page.items.filter((device) => device.id !== id) }
            : page,
        ),
      },
  );
}
