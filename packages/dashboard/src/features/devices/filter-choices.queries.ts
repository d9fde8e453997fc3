import { useQuery } from '@tanstack/react-query';
import type { Deployment } from '@tideway/protocol';
import { get, type Page, path } from '../../platform/api/call.ts';
import { overviewQuery } from '../projects/overview.queries.ts';

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
  const overview = useQuery(overviewQuery(project));
  return (overview.data?.app_versions ?? []).filter((version) => version.app === app).map(({ version }) => version);
}
