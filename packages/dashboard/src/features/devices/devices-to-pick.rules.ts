import type { DeviceFilter } from '@tideway/protocol';

/** What a filter that wants a device to be several ones may mean: these devices, of those that the rest selects. */
export type DevicesToPick = { ids: string[]; rest: DeviceFilter };

/** All conditions have to be met, so no device is two of them: null where a filter does not ask for that. */
export function devicesToPick({ groups, filters = [] }: DeviceFilter): DevicesToPick | null {
  const isOne = ({ type, operand }: (typeof filters)[number]) => type === 'specific_device' && operand === 'is';
  const ids = [...new Set(filters.filter(isOne).map(({ value }) => value))];
  if (ids.length < 2) return null;
  const others = filters.filter((filter) => !isOne(filter));
  return { ids, rest: { ...(groups && { groups }), ...(others.length > 0 && { filters: others }) } };
}
