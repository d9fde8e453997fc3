import { queryOptions, useQueryClient } from '@tanstack/react-query';
import type { NewSavedFilter, SavedFilter } from '@tideway/protocol';
import { get, type Page, path, post, put, remove } from '../../platform/api/call.ts';
import type { DevicesAsked } from './device.queries.ts';

export const savedFiltersQuery = (project: string) =>
  queryOptions({
    queryKey: [project, 'saved-filters'],
    queryFn: async () => (await get<Page<SavedFilter>>(`${path`/${project}/saved-filters`}?limit=1000`)).items,
    staleTime: 30_000,
  });

/** What the list is narrowed by where this filter is picked. */
export function askedBy({ device_filter, search, attention }: SavedFilter): DevicesAsked {
  return { device_filter, ...(search !== null && { search }), ...(attention !== null && { attention }) };
}

/** Saves and deletes filters, and lets the list of them follow. */
export function useSavedFilters(project: string) {
  const queries = useQueryClient();
  const readAgain = () => queries.invalidateQueries({ queryKey: [project, 'saved-filters'] });
  return {
    save: async (body: NewSavedFilter) => {
      await post<SavedFilter>(path`/${project}/saved-filters`, body);
      await readAgain();
    },
    /** Puts another filter in the place of the one of this name. */
    overwrite: async (body: NewSavedFilter) => {
      await put<SavedFilter>(path`/${project}/saved-filters/${body.name}`, body);
      await readAgain();
    },
    drop: async (name: string) => {
      await remove(path`/${project}/saved-filters/${name}`);
      await readAgain();
    },
  };
}
