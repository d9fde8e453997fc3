import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { DryRun } from '@tideway/protocol';
import { Refused } from '../../platform/api/refused.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import { dryRunQuery } from './order.queries.ts';
import type { OrderBody } from './order-values.rules.ts';

/** What the server says of an order as it stands in the form. */
export type Checked = {
  /** What the order would do; while it is asked again, what it would have done before the last change. */
  dry: DryRun | null;
  error: unknown;
  /** Whether `dry` or `error` is about exactly this order. */
  isCurrent: boolean;
  askAgain: () => void;
};

/** Asks the server what exactly this order would do, a moment after it was last changed. `canAsk`: it is complete. */
export function useDryRun(body: OrderBody, flowVersion: number | null, canAsk: boolean): Checked {
  const project = useProjectKey();
  const [settled] = useDebouncedValue(body, 400);
  const isSettled = settled === body;
  const query = useQuery({
    ...dryRunQuery(project, body, flowVersion),
    enabled: canAsk && isSettled,
    placeholderData: keepPreviousData,
  });
  const { data, error, isPlaceholderData, refetch } = query;
  return {
    // One that cannot be asked again just now is still what was answered last; a refusal is not.
    dry: error instanceof Refused ? null : (data ?? null),
    error: data !== undefined && !(error instanceof Refused) ? null : error,
    isCurrent: canAsk && isSettled && !isPlaceholderData && (data !== undefined || error !== null),
    askAgain: () => void refetch(),
  };
}
