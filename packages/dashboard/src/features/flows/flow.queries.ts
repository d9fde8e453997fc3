import { queryOptions } from '@tanstack/react-query';
import type { CheckedFlows, FlowVersionSummary, SavedFlows, UpdateFlow, UpdateFlowVersion } from '@tideway/protocol';
import { call, get, type Page, path, query, remove } from '../../platform/api/call.ts';
import { queryClient } from '../../platform/api/query-client.ts';

export function loadFlows(project: string, after: string | null): Promise<Page<UpdateFlow>> {
  return get(`${path`/${project}/update-flows`}${query({ after, limit: 100 })}`);
}

/** The flows of the project, to choose from: the first thousand. */
export function flowChoicesQuery(project: string) {
  return queryOptions({
    queryKey: [project, 'flows', 'choices'],
    queryFn: async () =>
      (await get<Page<UpdateFlow>>(`${path`/${project}/update-flows`}${query({ limit: 1000 })}`)).items,
  });
}

/** A version of a flow in full, the newest one where `version` is null. */
export function flowQuery(project: string, id: string, version: number | null) {
  return queryOptions({
    queryKey: [project, 'flow', id, version],
    queryFn: () => get<UpdateFlowVersion>(`${path`/${project}/update-flows/${id}`}${query({ version })}`),
  });
}

export function flowVersionsQuery(project: string, id: string) {
  return queryOptions({
    queryKey: [project, 'flow', id, 'versions'],
    queryFn: async () => (await get<Page<FlowVersionSummary>>(path`/${project}/update-flows/${id}/versions`)).items,
  });
}

/** What saving the text would say; `id` names the flow whose new version it is to be. */
export function checkFlow(project: string, id: string | null, text: string): Promise<CheckedFlows> {
  return call('POST', `${path`/${project}/update-flows/check`}${query({ id })}`, { yaml: text });
}

/** Saves new flows, or a new version of one. */
export async function saveFlow(project: string, id: string | null, text: string): Promise<SavedFlows> {
  const saved =
    id === null
      ? await call<SavedFlows>('POST', path`/${project}/update-flows`, { yaml: text })
      : await call<SavedFlows>('PUT', path`/${project}/update-flows/${id}`, { yaml: text });
  await forgetFlows(project);
  return saved;
}

export async function deleteFlow(project: string, id: string): Promise<void> {
  await remove(path`/${project}/update-flows/${id}`);
  queryClient.removeQueries({ queryKey: [project, 'flow', id] });
  await queryClient.invalidateQueries({ queryKey: [project, 'flows'] });
}

async function forgetFlows(project: string): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: [project, 'flow'], refetchType: 'none' });
  await queryClient.invalidateQueries({ queryKey: [project, 'flows'] });
}
