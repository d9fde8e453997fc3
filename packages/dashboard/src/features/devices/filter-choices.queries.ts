import { useQuery } from '@tanstack/react-query';
import type { Deployment, Label, Overview } from '@tideway/protocol';
import { get, type Page, path } from '../../platform/api/call.ts';

/** The names that a field of the builder offers: the first thousand; another one can be typed. */
export function useLabelNames(project: string, plural: 'groups' | 'tags' | 'apps'): string[] {
  return useQuery({ ...labelNamesQuery(project, plural), staleTime: 30_000 }).data ?? [];
}

/** The latest deployments, to choose one from. */
export function useLatestDeployments(project: string): Deployment[] {
  const deployments = useQuery({
    queryKey: [project, 'filter-choices', 'deployments'],
    queryFn: () => get<Page<Deployment>>(`${path`/${project}/deployments`}?limit=100`),
    staleTime: 30_000,
  });
  return deployments.data?.items ?? [];
}

/** The versions of an app that devices carry. */
export function useAppVersions(project: string, app: string): string[] {
  const overview = useQuery({
    queryKey: [project, 'filter-choices', 'app-versions'],
    queryFn: () => get<Overview>(path`/${project}/overview`),
    staleTime: 30_000,
  });
  return (overview.data?.app_versions ?? []).filter((version) => version.app === app).map(({ version }) => version);
}

function labelNamesQuery(project: string, plural: string) {
  return {
    queryKey: [project, plural, 'names'],
    queryFn: async () => (await get<Page<Label>>(`${path`/${project}/${plural}`}?limit=1000`)).items,
    select: (labels: Label[]) => labels.map(({ name }) => name),
  };
}
