import { useNavigate, useSearch } from '@tanstack/react-router';
import type { DeviceFilter } from '@tideway/protocol';
import { useMemo } from 'react';
import { useProjectKey } from '../projects/project.queries.ts';
import type { DevicesAsked } from './device.queries.ts';
import { filterFromAddress, filterToAddress } from './filter-text.rules.ts';

type DevicesAddress = {
  asked: DevicesAsked;
  /** What is wrong with the filter in the address; nothing is asked for then. */
  error: string | null;
  isNarrowed: boolean;
  change: (changes: Partial<DevicesAsked>) => void;
  showAll: () => void;
};

/** What the list is narrowed by stands in the address, so that it can be shared. */
export function useDevicesAddress(): DevicesAddress {
  const project = useProjectKey();
  const { filter, search, attention } = useSearch({ from: '/signed-in/p/$project/devices' });
  const navigate = useNavigate();
  const read = useMemo(() => filterFromAddress(filter), [filter]);
  const deviceFilter: DeviceFilter | null = 'filter' in read ? read.filter : null;
  const asked = useMemo<DevicesAsked>(
    () => ({
      device_filter: deviceFilter ?? {},
      ...(search !== undefined && search !== '' && { search }),
      ...(attention !== undefined && { attention }),
    }),
    [deviceFilter, search, attention],
  );
  const goTo = (next: Partial<DevicesAsked>) => {
    const text = filterToAddress(next.device_filter ?? {});
    void navigate({
      to: '/p/$project/devices',
      params: { project },
      search: {
        ...(text !== undefined && { filter: text }),
        ...(next.search !== undefined && next.search !== '' && { search: next.search }),
        ...(next.attention !== undefined && { attention: next.attention }),
      },
      replace: true,
      resetScroll: false,
    });
  };
  return {
    asked,
    error: 'error' in read ? read.error : null,
    isNarrowed: filter !== undefined || asked.search !== undefined || attention !== undefined,
    change: (changes) => goTo({ ...asked, ...changes }),
    showAll: () => goTo({}),
  };
}
