import { queryOptions } from '@tanstack/react-query';
import type { AuditEventView, Deployment, DeploymentState, UpdateFlow } from '@tideway/protocol';
import { get, type Page, path, query } from '../../platform/api/call.ts';
import { type PagedList, usePagedList } from '../../platform/api/pages.ts';

/** The newest deployments of a state, or of any; kept live by the project's events. */
export function useNewestDeployments(
  project: string,
  state: DeploymentState | undefined,
  limit: number,
): PagedList<Deployment> {
  return usePagedList(
    [project, 'deployments', { state, limit, of: 'overview' }],
    () => get<Page<Deployment>>(`${path`/${project}/deployments`}${query({ state, limit })}`),
    { refetchIntervalMs: 10_000 },
  );
}

/** The newest changes in a project; for admins. */
export const newestAuditEventsQuery = (project: string) =>
  queryOptions({
    queryKey: [project, 'audit-events', 'newest'],
    queryFn: async () =>
      (await get<Page<AuditEventView>>(`/audit-events${query({ project_key: project, limit: 10 })}`)).items,
    refetchInterval: 10_000,
  });

/** Whether there is any flow. */
export const hasFlowsQuery = (project: string) =>
  queryOptions({
    queryKey: [project, 'flows', 'any'],
    queryFn: async () =>
      (await get<Page<UpdateFlow>>(path`/${project}/update-flows` + query({ limit: 1 }))).items.length > 0,
  });
