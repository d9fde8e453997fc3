import type { PairingToken } from '@tideway/protocol';
import { get, path, query } from '../../platform/api/call.ts';
import { type PagedList, usePagedList } from '../../platform/api/pages.ts';

/** The pairing tokens of a project, without what lets a device join. */
export function usePairingTokens(project: string): PagedList<PairingToken> {
  return usePagedList(
    [project, 'pairing-tokens'],
    (after) => get(`${path`/${project}/pairing-tokens`}${query({ after, limit: 100 })}`),
    // Devices use them up meanwhile.
    { refetchIntervalMs: 10_000 },
  );
}
