import { type DeviceFilter, type Filter, filterSchema } from '@tideway/protocol';

/** A filter while it is being made: a condition may not be complete yet. `key` tells the rows apart. */
export type FilterDraft = { groups: string[]; rows: DraftRow[] };
export type DraftRow = { key: number; filter: Filter };

/** How the kinds of conditions are written in the builder. */
export const filterTypeWords: Record<Filter['type'], string> = {
  tag: 'Tag',
  app: 'App',
  device_state: 'State',
  specific_device: 'Device',
  update_status: 'Last update',
  deployment: 'Deployment',
};

export function draftOf({ groups = [], filters = [] }: DeviceFilter): FilterDraft {
  return { groups: groups.map(({ name }) => name), rows: filters.map((filter, key) => ({ key, filter })) };
}

/** What of a draft can be asked for: a condition that is not complete does not count yet. */
export function completePart({ groups, rows }: FilterDraft): DeviceFilter {
  const filters = rows.filter(({ filter }) => faultOf(filter) === null).map(({ filter }) => filter);
  return {
    ...(groups.length > 0 && { groups: groups.map((name) => ({ name })) }),
    ...(filters.length > 0 && { filters }),
  };
}

/** A field into which something is typed that does not count yet: that of the groups, or one of a row. */
export type TypedField = 'groups' | { row: number; field: string };

/** The first thing of a draft that does not count yet, and what to do about it; null where all of it counts. */
export function unfinishedText({ rows }: FilterDraft, typing: readonly TypedField[]): string | null {
  if (typing.includes('groups')) {
    return 'the group that is typed does not count yet: press Enter, or leave its field';
  }
  const typed = new Set(typing.map((field) => (field === 'groups' ? null : field.row)));
  for (const [index, { key, filter }] of rows.entries()) {
    const name = `condition ${index + 1}`;
    if (typed.has(key)) return `${name} does not count yet: press Enter in it, or leave its field`;
    const fault = faultOf(filter);
    if (fault === 'incomplete') return `${name} is not complete: give it a value, or remove it`;
    if (fault !== null) return `the value of ${name} ${fault}`;
  }
  return null;
}

/** The place that a row has in the filter; null where it does not count yet. */
export function placeOfRow({ rows }: FilterDraft, key: number): number | null {
  const counted = rows.filter(({ filter }) => faultOf(filter) === null);
  const place = counted.findIndex((row) => row.key === key);
  return place === -1 ? null : place;
}

export function addRow(draft: FilterDraft): FilterDraft {
  const key = Math.max(-1, ...draft.rows.map((row) => row.key)) + 1;
  return { ...draft, rows: [...draft.rows, { key, filter: newFilter('tag') }] };
}

export function changeRow(draft: FilterDraft, key: number, filter: Filter): FilterDraft {
  return { ...draft, rows: draft.rows.map((row) => (row.key === key ? { key, filter } : row)) };
}

export function removeRow(draft: FilterDraft, key: number): FilterDraft {
  return { ...draft, rows: draft.rows.filter((row) => row.key !== key) };
}

/** A condition of this type of which nothing is known yet but what can be guessed. */
export function newFilter(type: Filter['type']): Filter {
  switch (type) {
    case 'device_state':
      return { type, operand: 'is', value: 'online' };
    case 'update_status':
      return { type, operand: 'is', value: 'failed' };
    case 'deployment':
      return { type, operand: 'is', value: 'any', deployment_id: '' };
    default:
      return { type, operand: 'is', value: '' };
  }
}

/** Whether a value is missing, or what is wrong with one; null where the condition can be asked for. */
export function faultOf(filter: Filter): 'incomplete' | string | null {
  const read = filterSchema.safeParse(filter);
  if (read.success) return null;
  const isMissing = filter.value === '' || (filter.type === 'deployment' && filter.deployment_id === '');
  return isMissing ? 'incomplete' : (read.error.issues[0]?.message ?? 'cannot be asked for');
}
