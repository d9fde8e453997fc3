import { useCallback, useMemo, useState } from 'react';
import type { Selection } from './virtual-table.tsx';

/** Rows that somebody picks among those that are loaded. */
export function useSelection(loadedIds: string[]): Selection & {
  clear: () => void;
  /** Others are not picked any more. */
  keepOnly: (kept: ReadonlySet<string>) => void;
} {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((id: string) => {
    setIds((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  const toggleAll = useCallback(() => {
    setIds((before) => (loadedIds.every((id) => before.has(id)) ? new Set() : new Set(loadedIds)));
  }, [loadedIds]);
  const clear = useCallback(() => setIds(new Set()), []);
  const keepOnly = useCallback((kept: ReadonlySet<string>) => {
    setIds((before) => new Set([...before].filter((id) => kept.has(id))));
  }, []);
  return useMemo(() => ({ ids, toggle, toggleAll, clear, keepOnly }), [ids, toggle, toggleAll, clear, keepOnly]);
}
