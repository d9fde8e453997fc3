import { queryOptions, useQueryClient } from '@tanstack/react-query';
import type { Artifact, ArtifactUses } from '@tideway/protocol';
import { useMemo } from 'react';
import { get, type Page, path, query, remove } from '../../platform/api/call.ts';
import { type PagedList, usePagedList } from '../../platform/api/pages.ts';
import { artifactAddress, type Entry, entriesOf, uniqueEntries } from './artifact.rules.ts';

/** A page of the list has so many lines, unless that many calls do not suffice: folders may hold any number of files. */
const entriesWanted = 100;
const callsAtMost = 10;

/** What is right below a prefix: files, and folders with whatever is in them. */
export function useEntries(project: string, prefix: string): PagedList<Entry> {
  const list = usePagedList([project, 'artifacts', prefix], (after) => readEntries(project, prefix, after));
  const items = useMemo(() => uniqueEntries(list.items), [list.items]);
  return { ...list, items };
}

async function readEntries(project: string, prefix: string, after: string | null): Promise<Page<Entry>> {
  let items: Entry[] = [];
  let next = after;
  for (let calls = 0; calls < callsAtMost; calls += 1) {
    const search = query({ prefix, after: next, limit: 1000 });
    const page = await get<Page<Artifact>>(path`/${project}/artifacts` + search);
    items = uniqueEntries([...items, ...entriesOf(prefix, page.items)]);
    next = page.next;
    if (next === null || items.length >= entriesWanted) break;
  }
  return { items, next };
}

/** One artifact by its path; null where there is none. */
export const artifactQuery = (project: string, artifactPath: string) =>
  queryOptions({
    queryKey: [project, 'artifact', artifactPath],
    queryFn: async () => {
      // The path itself comes first among all that begin with it.
      const { items } = await get<Page<Artifact>>(
        path`/${project}/artifacts` + query({ prefix: artifactPath, limit: 1 }),
      );
      return items.find((artifact) => artifact.path === artifactPath) ?? null;
    },
  });

/** Which flows name it, and which deployments were given it. */
export const artifactUsesQuery = (project: string, artifactPath: string) =>
  queryOptions({
    queryKey: [project, 'artifact-uses', artifactPath],
    queryFn: () => get<ArtifactUses>(path`/${project}/artifact-uses` + query({ path: artifactPath })),
  });

export function useDeleteArtifact(project: string): (artifactPath: string) => Promise<void> {
  const queries = useQueryClient();
  return async (artifactPath) => {
    await remove(artifactAddress(project, artifactPath));
    await Promise.all([
      queries.invalidateQueries({ queryKey: [project, 'artifacts'] }),
      queries.invalidateQueries({ queryKey: [project, 'artifact', artifactPath] }),
    ]);
  };
}
