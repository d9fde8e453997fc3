import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { Device, DeviceFilter } from '@tideway/protocol';
import { type Page, path, post } from '../../platform/api/call.ts';
import { bestFirst, isAllOf, offeredDevices } from './device-match.rules.ts';
import { filterText } from './filter-text.rules.ts';
import { type ListedDevice, listedDevice } from './listed-device.ts';
import { readDevices } from './read-devices.ts';

/** Devices to choose from, and whether there are more. */
export type DeviceMatches = { devices: ListedDevice[]; hasMore: boolean };

/** So many are asked for, so that the best of them come first. */
const searchedDevices = 50;
const maxSearchLength = 128;

/** The devices that a text finds. */
export const deviceMatchesQuery = (project: string, text: string) =>
  queryOptions({
    queryKey: [project, 'device-matches', text],
    queryFn: () => findDevices(project, text),
    staleTime: 10_000,
    // Somebody waits for it.
    retry: false,
  });

/** The same a moment after it was typed, for as long as somebody chooses; null while it is not known for this text. */
export function useDeviceMatches(project: string, text: string, isOpen: boolean) {
  const [asked] = useDebouncedValue(text, 200);
  const { data, error } = useQuery({
    ...deviceMatchesQuery(project, asked),
    enabled: isOpen,
    refetchInterval: ({ state }) => (state.status === 'error' ? 3_000 : false),
  });
  return asked === text ? { matches: data ?? null, error } : { matches: null, error: null };
}

/** The names of devices by id; `areKnown`: an id that is not among them is of no device. */
export type DeviceNames = { names: ReadonlyMap<string, string>; areKnown: boolean };

export const deviceNamesQuery = (project: string, ids: readonly string[]) =>
  queryOptions({
    queryKey: [project, 'device-names', ids],
    queryFn: async () => new Map((await readDevices(project, [...ids])).map(({ id, name }) => [id, name])),
    staleTime: 60_000,
  });

/** While other ids are looked up, what was known before is still given. */
export function useDeviceNames(project: string, ids: readonly string[]): DeviceNames {
  const { data, isPlaceholderData } = useQuery({
    ...deviceNamesQuery(project, ids),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  });
  return { names: data ?? noNames, areKnown: data !== undefined && !isPlaceholderData };
}

const noNames: ReadonlyMap<string, string> = new Map();

/** The filter as one sentence that calls its devices by name. */
export function useFilterText(project: string, filter: DeviceFilter): string {
  const ids = (filter.filters ?? []).filter(({ type }) => type === 'specific_device').map(({ value }) => value);
  return filterText(filter, useDeviceNames(project, ids).names);
}

/** The server gives the oldest first: where there are too many, that of exactly this name may not be among them. */
async function findDevices(project: string, text: string): Promise<DeviceMatches> {
  const { items, next } = await searchDevices(project, text);
  const found = new Map(items.map((device) => [device.id, device]));
  const asWord = ` ${text} `;
  if (next !== null && text !== '' && asWord.length <= maxSearchLength && !isAllOf(items, text)) {
    for (const device of (await searchDevices(project, asWord)).items) found.set(device.id, device);
  }
  const devices = bestFirst([...found.values()], text);
  return {
    devices: devices.slice(0, offeredDevices).map(listedDevice),
    hasMore: next !== null || devices.length > offeredDevices,
  };
}

function searchDevices(project: string, search: string): Promise<Page<Device>> {
  return post(path`/${project}/devices/search`, {
    device_filter: {},
    limit: searchedDevices,
    ...(search !== '' && { search }),
  });
}
