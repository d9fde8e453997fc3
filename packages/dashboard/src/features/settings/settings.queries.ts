import type { AccessToken, AuditEventView, ProjectView, Registry, User } from '@tideway/protocol';
import { get, path, query } from '../../platform/api/call.ts';
import { type PagedList, usePagedList } from '../../platform/api/pages.ts';

const limit = 100;

/** What others do shows by itself. */
const followed = { refetchIntervalMs: 10_000 };

export function useAccessTokens(): PagedList<AccessToken> {
  return usePagedList(['access-tokens'], (after) => get(`/access-tokens${query({ after, limit })}`), followed);
}

export function useUsers(): PagedList<User> {
  return usePagedList(['users'], (after) => get(`/users${query({ after, limit })}`), followed);
}

export function useProjects(): PagedList<ProjectView> {
  return usePagedList(['projects', 'pages'], (after) => get(`/projects${query({ after, limit })}`), followed);
}

export function useRegistries(project: string): PagedList<Registry> {
  return usePagedList(
    [project, 'registries'],
    (after) => get(`${path`/${project}/registries`}${query({ after, limit })}`),
    followed,
  );
}

/** What narrows the audit log; stands in the page's address. */
export type AuditSearch = {
  project?: string | undefined;
  actor?: string | undefined;
  /** What the action begins with, as `user.` */
  action?: string | undefined;
  /** A part of who did it, or of what it was done to. */
  search?: string | undefined;
};

export function useAuditEvents({ project, ...search }: AuditSearch): PagedList<AuditEventView> {
  return usePagedList(
    ['audit-events', { project, ...search }],
    (after) => get(`/audit-events${query({ project_key: project, ...search, after, limit })}`),
    // Of a long one, what happened before stays as it is.
    { ...followed, refetchesUpToPages: 1 },
  );
}
