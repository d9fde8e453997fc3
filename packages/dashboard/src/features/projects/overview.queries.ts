import { queryOptions } from '@tanstack/react-query';
import type { Overview } from '@tideway/protocol';
import { get, path } from '../../platform/api/call.ts';
import { calmly } from '../../platform/api/calm.ts';

/** A project at a glance. No event tells what of it has changed. */
export const overviewQuery = (project: string) =>
  queryOptions(
    calmly({
      queryKey: [project, 'overview'],
      queryFn: () => get<Overview>(path`/${project}/overview`),
      everyMs: 10_000,
    }),
  );
