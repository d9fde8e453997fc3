import type { DeviceFilter } from '@tideway/protocol';

/** What a retry may be for. */
export type RetriedStatus = 'failed' | 'aborted';

/** The devices on which a deployment failed or was aborted. */
export function retriedFilter(id: string, statuses: RetriedStatus[]): DeviceFilter {
  const [status, ...others] = statuses;
  const condition = { type: 'deployment', deployment_id: id } as const;
  if (status !== undefined && others.length === 0) {
    return { filters: [{ ...condition, operand: 'is', value: status }] };
  }
  // A filter has no "or": all of its devices but those with another status.
  return {
    filters: [
      { ...condition, operand: 'is', value: 'any' },
      { ...condition, operand: 'is_not', value: 'pending' },
      { ...condition, operand: 'is_not', value: 'in_progress' },
      { ...condition, operand: 'is_not', value: 'success' },
    ],
  };
}
