import { queryOptions, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ProjectView } from '@tideway/protocol';
import { get, type Page } from '../../platform/api/call.ts';

/** All projects that who is signed in may see. */
export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async () => (await get<Page<ProjectView>>('/projects?limit=1000')).items,
});

/** The key of the project whose page this is. */
export function useProjectKey(): string {
  return useParams({ from: '/signed-in/p/$project' }).project;
}

/** Its name, or its key until that is known. */
export function useProjectName(key: string): string {
  return useQuery(projectsQuery).data?.find((project) => project.key === key)?.name ?? key;
}

const lastKey = 'tideway-last-project';

/** The start page leads to the project that was looked at last. */
export function rememberProject(key: string): void {
  localStorage.setItem(lastKey, key);
}

/** One that is deleted is not led to any more. */
export function forgetProject(key: string): void {
  if (rememberedProject() === key) localStorage.removeItem(lastKey);
}

export function rememberedProject(): string | null {
  return localStorage.getItem(lastKey);
}
