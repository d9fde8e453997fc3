import { useRef } from 'react';
import { isJump, nextRowKeys, type RowKeys } from './row-keys.rules.ts';

type DrawnRows = {
  keys: RowKeys;
  /** The list is thrown from one place to the next, faster than anybody reads: names are enough. */
  isFlying: boolean;
};

/** How the rows with these ids are drawn, by what was drawn before. */
export function useDrawnRows(ids: readonly string[], isScrolling: boolean): DrawnRows {
  const keys = useRef<RowKeys>(new Map());
  const first = useRef<string | undefined>(undefined);
  const jumps = useRef(0);
  if (!isScrolling) jumps.current = 0;
  else if (isJump(keys.current, ids)) jumps.current += 1;
  else if (first.current !== ids[0]) jumps.current = 0;
  first.current = ids[0];
  keys.current = nextRowKeys(keys.current, ids);
  return { keys: keys.current, isFlying: jumps.current > 1 };
}
