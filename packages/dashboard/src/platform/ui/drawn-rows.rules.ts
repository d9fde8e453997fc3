/** Ids of the rows that are drawn, each with the key that the page knows it by. */
export type RowKeys = ReadonlyMap<string, number>;

/** What is drawn, and after how many jumps in a row. */
export type Drawing = { keys: RowKeys; jumps: number };

export const nothingDrawn: Drawing = { keys: new Map(), jumps: 0 };

/** What is drawn next. */
export function nextDrawing({ keys, jumps }: Drawing, ids: readonly string[], isScrolling: boolean): Drawing {
  const [first] = keys.keys();
  const hasJumped = isJump(keys, ids);
  const isSlow = !isScrolling || (first !== ids[0] && !hasJumped);
  return { keys: nextRowKeys(keys, ids), jumps: isSlow ? 0 : jumps + (hasJumped ? 1 : 0) };
}

/** The list is thrown from one place to the next, faster than anybody reads: names are enough. */
export function isFlying({ jumps }: Drawing): boolean {
  return jumps > 1;
}

/**
 * Keys for the rows that are drawn next. Where most rows stay each of them keeps its key. After a jump all take the keys
 * that were there in their order: what is drawn is filled anew instead of made anew, which costs less.
 */
export function nextRowKeys(known: RowKeys, ids: readonly string[]): RowKeys {
  const old = [...known.values()];
  const taken = isJump(known, ids) ? (_: string, index: number) => old[index] : (id: string) => known.get(id);
  let unused = Math.max(-1, ...old) + 1;
  return new Map(ids.map((id, index) => [id, taken(id, index) ?? unused++]));
}

/** Whether most of the rows that are drawn next were not there before. */
function isJump(known: RowKeys, ids: readonly string[]): boolean {
  return ids.filter((id) => known.has(id)).length < ids.length / 2;
}
