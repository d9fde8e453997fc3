/** Ids of the rows that are drawn, each with the key that the page knows it by. */
export type RowKeys = ReadonlyMap<string, number>;

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
export function isJump(known: RowKeys, ids: readonly string[]): boolean {
  return ids.filter((id) => known.has(id)).length < ids.length / 2;
}
