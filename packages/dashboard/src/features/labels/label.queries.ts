import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Label, LabelInUse, NewLabel } from '@tideway/protocol';
import { get, type Page, patch, path, post, query, remove } from '../../platform/api/call.ts';
import { type PagedList, usePagedList } from '../../platform/api/pages.ts';
import { Refused } from '../../platform/api/refused.ts';
import type { LabelKind } from './label-kind.ts';
import { namesToMake } from './new-labels.rules.ts';

/** The groups, tags or apps of a project in the order of their names. */
export function useLabels(project: string, { plural }: LabelKind): PagedList<LabelInUse> {
  return usePagedList([project, plural, 'pages'], (after) =>
    get<Page<LabelInUse>>(path`/${project}/${plural}` + query({ after, limit: 200 })),
  );
}

/** Their names: the first thousand, and whether that are all. */
const namesQuery = (project: string, plural: LabelKind['plural']) =>
  queryOptions({
    queryKey: [project, plural, 'names'],
    queryFn: async () => {
      const { items, next } = await get<Page<Label>>(path`/${project}/${plural}` + query({ limit: 1000 }));
      return { names: items.map(({ name }) => name), areAll: next === null };
    },
    staleTime: 30_000,
  });

/** Their names, to choose from: the first thousand. */
export function useLabelNames(project: string, plural: LabelKind['plural']): string[] {
  return useQuery(namesQuery(project, plural)).data?.names ?? [];
}

/** All their names; null until they are known, and where there are too many to know. */
export function useAllNames(project: string, plural: LabelKind['plural']): string[] | null {
  const { data } = useQuery(namesQuery(project, plural));
  return data?.areAll ? data.names : null;
}

/** Refuses a name that is not there as the server would; to ask before something else is made. */
export function useDemandNames(project: string, { plural, one }: LabelKind) {
  const queries = useQueryClient();
  return async (names: string[], field: string): Promise<void> => {
    if (names.length === 0) return;
    const { names: known, areAll } = await queries.fetchQuery({ ...namesQuery(project, plural), staleTime: 0 });
    const [missing] = namesToMake(names, areAll ? known : null);
    if (missing === undefined) return;
    const message = `There is no ${one} ${missing} in this project`;
    throw new Refused(400, { code: `unknown_${one}`, error_message: message, field });
  };
}

/** What can be done with them. */
export function useLabelChanges(project: string, { plural }: LabelKind) {
  const queries = useQueryClient();
  return {
    create: async (body: NewLabel) => {
      await post<Label>(path`/${project}/${plural}`, body);
      await queries.invalidateQueries({ queryKey: [project, plural] });
    },
    rename: async (name: string, body: NewLabel) => {
      await patch<Label>(path`/${project}/${plural}/${name}`, body);
      // Its name stands at devices, in filters and in deployments, too.
      await queries.invalidateQueries({ queryKey: [project] });
    },
    remove: async (name: string) => {
      await remove(path`/${project}/${plural}/${name}`);
      await queries.invalidateQueries({ queryKey: [project, plural] });
    },
  };
}
