import type { DeviceFilter } from '@tideway/protocol';
import { filterFromAddress, filterText } from '../devices/filter-text.rules.ts';

/** Whom an order was for, in words; null where it is in a form that is not known here. */
export function selectionText(filter: Record<string, unknown>): string | null {
  const { device_ids: ids, retry_of: origin, statuses, ...rest } = filter;
  if (typeof origin === 'string') return `what ${endedText(statuses)} in ${origin}`;
  const asked = readFilter(rest);
  if (asked === null) return null;
  if (ids === undefined) return filterText(asked);
  if (!Array.isArray(ids)) return null;
  const picked = `${ids.length} picked ${ids.length === 1 ? 'device' : 'devices'}`;
  const narrowed = filterText(asked);
  return narrowed === 'all devices'
    ? picked
    : `${picked}, as far as ${ids.length === 1 ? 'it is' : 'they are'} ${narrowed}`;
}

function readFilter(filter: Record<string, unknown>): DeviceFilter | null {
  const read = filterFromAddress(JSON.stringify(filter));
  return 'filter' in read ? read.filter : null;
}

function endedText(statuses: unknown): string {
  const words: string[] = Array.isArray(statuses) ? statuses.map((status) => wordOf(status)) : [];
  return words.length === 0 ? 'failed or was aborted' : words.join(' or ');
}

function wordOf(status: unknown): string {
  return status === 'aborted' ? 'was aborted' : String(status);
}
