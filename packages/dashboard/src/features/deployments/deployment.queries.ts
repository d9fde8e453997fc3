import { queryOptions, useQueryClient } from '@tanstack/react-query';
import type {
  Deployment,
  DeploymentCreated,
  DeploymentState,
  Failures,
  Progress,
  Update,
  UpdateDetails,
  UpdateStatus,
  Why,
} from '@tideway/protocol';
import { get, type Page, path, post, query } from '../../platform/api/call.ts';

/** What a list of deployments is narrowed by. */
export type DeploymentsAsked = {
  state?: DeploymentState | undefined;
  flow?: string | undefined;
  app?: string | undefined;
  search?: string | undefined;
};

/** What a list of updates is narrowed by. */
export type UpdatesAsked = {
  status?: UpdateStatus | undefined;
  search?: string | undefined;
  /** Those that failed alike. */
  reason?: string | undefined;
  failed_step?: string | undefined;
  message?: string | undefined;
};

export function loadDeployments(project: string, asked: DeploymentsAsked, after: string | null) {
  return get<Page<Deployment>>(path`/${project}/deployments` + query({ ...asked, after, limit: 100 }));
}

export const deploymentQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: [project, 'deployment', id],
    queryFn: () => get<Deployment>(path`/${project}/deployments/${id}`),
  });

export const failuresQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: [project, 'deployment', id, 'failures'],
    queryFn: () => get<Failures>(path`/${project}/deployments/${id}/failures`),
  });

export const progressQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: [project, 'deployment', id, 'progress'],
    queryFn: () => get<Progress>(path`/${project}/deployments/${id}/progress`),
  });

export function loadUpdates(project: string, id: string, asked: UpdatesAsked, after: string | null, limit: number) {
  return get<Page<Update>>(path`/${project}/deployments/${id}/updates` + query({ ...asked, after, limit }));
}

export const updateQuery = (project: string, deployment: string, device: string) =>
  queryOptions({
    queryKey: [project, 'update', deployment, device],
    queryFn: () => get<UpdateDetails>(path`/${project}/deployments/${deployment}/updates/${device}`),
  });

export const outputQuery = (project: string, deployment: string, device: string) =>
  queryOptions({
    queryKey: [project, 'update', deployment, device, 'output'],
    queryFn: () => get<{ output: string }>(path`/${project}/deployments/${deployment}/updates/${device}/log`),
  });

export const updateWhyQuery = (project: string, deployment: string, device: string) =>
  queryOptions({
    queryKey: [project, 'update', deployment, device, 'why'],
    queryFn: () => get<Why>(path`/${project}/deployments/${deployment}/updates/${device}/why`),
    // That a device goes offline, or a time has come, no event tells.
    refetchInterval: 5_000,
  });

/** How many updates an abort has ended, and how many devices it has asked to stop. */
export type Aborted = { aborted: number; stopping: number };

export function abortDeployment(project: string, id: string): Promise<Aborted> {
  return post(path`/${project}/deployments/${id}/abort`);
}

export function abortUpdate(project: string, id: string, device: string): Promise<Aborted> {
  return post(path`/${project}/deployments/${id}/updates/${device}/abort`);
}

export function pauseDeployment(project: string, id: string): Promise<Deployment> {
  return post(path`/${project}/deployments/${id}/pause`);
}

export function resumeDeployment(project: string, id: string): Promise<Deployment> {
  return post(path`/${project}/deployments/${id}/resume`);
}

export function retryDeployment(
  project: string,
  id: string,
  body: { statuses: ('failed' | 'aborted')[]; comment?: string },
): Promise<DeploymentCreated> {
  return post(path`/${project}/deployments/${id}/retry`, body);
}

/** After somebody has changed a deployment: what is shown of it is read again. */
export function useDeploymentChanged(project: string): (id: string) => Promise<void> {
  const queries = useQueryClient();
  return async (id) => {
    const keys = [
      ...['deployment', 'updates', 'updates-in-sight', 'update'].map((thing) => [project, thing, id]),
      [project, 'deployments'],
      [project, 'overview'],
    ];
    await Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
  };
}
