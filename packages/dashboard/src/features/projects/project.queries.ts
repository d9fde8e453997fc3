import { queryOptions, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ProjectView } from '@tideway/protocol';
import { get, type Page } from '../../platform/api/call.ts';

const listedProjects = 1000;

/** All projects that who is signed in may see. */
export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async () => (await get<Page<ProjectView>>(`/projects?limit=${listedProjects}`)).items,
  // Somebody else may have deleted the one that is looked at, a moment ago.
  refetchOnWindowFocus: 'always',
});

/** The key of the project whose page this is. */
export function useProjectKey(): string {
  return useParams({ from: '/signed-in/p/$project' }).project;
}

/** Its name, or its key until that is known. */
export function useProjectName(key: string): string {
  return useQuery(projectsQuery).data?.find((project) => project.key === key)?.name ?? key;
}

/** Whether there is no such project, or not any more. A list that is not whole does not tell. */
export function useIsGone(key: string): boolean {
  const { data, isFetchedAfterMount, isError } = useQuery({ ...projectsQuery, refetchOnMount: 'always' });
  if (data === undefined || !isFetchedAfterMount || isError || data.length === listedProjects) return false;
  // The API takes a project's name as well.
  return !data.some((project) => project.key === key || project.name === key);
}

/** The project to lead on to: the one that was looked at last where it is there still; null where there is none. */
export function useProjectToShow(): string | null {
  const projects = useQuery(projectsQuery).data;
  const last = rememberedProject();
  if (projects === undefined) return last;
  return (projects.find(({ key }) => key === last) ?? projects[0])?.key ?? null;
}

const lastKey = 'tideway-last-project';

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
