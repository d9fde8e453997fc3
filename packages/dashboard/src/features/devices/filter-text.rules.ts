import { type DeviceFilter, deviceFilterSchema, type Filter, type SavedFilter } from '@tideway/protocol';

/** What a text in an address says: a filter, or what is wrong with it in one sentence. */
export type ReadFilter = { filter: DeviceFilter } | { error: string };

/**
 * The filter as one sentence: `in North or South, and all of: has the tag winter; is online`.
 * @param deviceNames the names of devices by id, as far as they are known
 */
export function filterText(filter: DeviceFilter, deviceNames: ReadonlyMap<string, string> = new Map()): string {
  const groups = (filter.groups ?? []).map(({ name }) => nameText(name)).join(' or ');
  const conditions = (filter.filters ?? []).map((one) => conditionText(one, deviceNames));
  const asked = conditions.length > 1 ? `all of: ${conditions.join('; ')}` : (conditions[0] ?? '');
  if (groups === '') return asked === '' ? 'all devices' : asked;
  return asked === '' ? `in ${groups}` : `in ${groups}, and ${asked}`;
}

/** The filter as it stands in an address; undefined where it restricts nothing, so that nothing stands there. */
export function filterToAddress({ groups = [], filters = [] }: DeviceFilter): string | undefined {
  if (groups.length === 0 && filters.length === 0) return undefined;
  return JSON.stringify({ ...(groups.length > 0 && { groups }), ...(filters.length > 0 && { filters }) });
}

/** Whether two filters ask the same, also where their fields stand in another order. */
export function isSameFilter(one: DeviceFilter, other: DeviceFilter): boolean {
  const [first, second] = [one, other].map((filter) => filterToAddress(deviceFilterSchema.parse(filter)));
  return first === second;
}

/** Whether all of a saved filter is a filter and narrows something: no order takes a search, or what asks for attention. */
export function isWholeInFilter({ device_filter: filter, search, attention }: SavedFilter): boolean {
  return search === null && attention === null && filterToAddress(filter) !== undefined;
}

/** Reads what `filterToAddress` has written, or somebody by hand. */
export function filterFromAddress(text: string | undefined): ReadFilter {
  if (text === undefined || text === '') return { filter: {} };
  const json = parseJson(text);
  if (json === undefined) return { error: 'The filter in this address is not JSON; it may have been cut off.' };
  const read = deviceFilterSchema.safeParse(json);
  if (read.success) return { filter: read.data };
  const [issue] = read.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${placeOf(issue.path)}`;
  return { error: `The filter in this address is wrong${place}: ${issue?.message ?? 'it cannot be read'}` };
}

/** Which part of the builder a field of a refusal is about: a condition by its index, the groups, or neither. */
export function partOfField(field: string | null): number | 'groups' | null {
  const index = /(?:^|\.)filters\[(\d+)\]/.exec(field ?? '')?.[1];
  if (index !== undefined) return Number(index);
  return /(?:^|\.)groups(?:\[|$)/.test(field ?? '') ? 'groups' : null;
}

/** One condition in words, as they follow a device's name. */
export function conditionText(filter: Filter, deviceNames: ReadonlyMap<string, string> = new Map()): string {
  const isMeant = filter.operand === 'is';
  const has = isMeant ? 'has' : 'does not have';
  switch (filter.type) {
    case 'specific_device':
      return `${isMeant ? 'is' : 'is not'} the device ${deviceText(filter.value, deviceNames.get(filter.value))}`;
    case 'tag':
      return `${has} the tag ${nameText(filter.value)}`;
    case 'app':
      return `${has} the app ${nameText(filter.value)}${
        filter.app_version === undefined ? '' : ` in version ${nameText(filter.app_version)}`
      }`;
    case 'device_state':
      return `is ${filter.value}`;
    case 'deployment':
      if (filter.value === 'any') return `is ${isMeant ? '' : 'not '}part of deployment ${filter.deployment_id}`;
      return `${has} an update in deployment ${filter.deployment_id} that is ${wordOf(filter.value)}`;
    case 'update_status':
      return `${has} a last update that is ${wordOf(filter.value)}`;
  }
}

function deviceText(id: string, name: string | undefined): string {
  return name === undefined ? id : `${nameText(name)} (${id})`;
}

function wordOf(status: string): string {
  return status.replace('_', ' ');
}

/** A name with blanks or marks in it stands in quotes, so that it is seen where it ends. */
function nameText(name: string): string {
  return /^[\p{L}\p{N}_.+@/-]+$/u.test(name) ? name : `“${name}”`;
}

function placeOf(path: PropertyKey[]): string {
  return path.reduce<string>(
    (place, key) => (typeof key === 'number' ? `${place}[${key}]` : `${place}${place === '' ? '' : '.'}${String(key)}`),
    '',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
