import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CheckedFlows } from '@tideway/protocol';
import { checkFlow } from './flow.queries.ts';

const waitMs = 350;

/** What the server says of a text while it is written: all that saving it would refuse, and what it would warn of. */
export function useFlowCheck(
  project: string,
  id: string | null,
  text: string,
  isReadable: boolean,
): { found: CheckedFlows | null; isCurrent: boolean; error: unknown } {
  const [settled] = useDebouncedValue(text, waitMs);
  const check = useQuery({
    queryKey: [project, 'flow-check', id, settled],
    queryFn: () => checkFlow(project, id, settled),
    enabled: isReadable && settled.trim() !== '',
    placeholderData: keepPreviousData,
    // Every text that was typed for a moment would stay otherwise.
    gcTime: 10_000,
  });
  return {
    found: check.data ?? null,
    isCurrent: settled === text && check.isSuccess && !check.isPlaceholderData,
    error: check.error,
  };
}
