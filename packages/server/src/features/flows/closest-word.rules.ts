/** The word that was probably meant: the one of `words` with the fewest changes to `text`; null where none is near. */
export function closest(text: string, words: readonly string[]): string | null {
  const [best] = words
    .map((word) => ({ word, distance: changes(text, word) }))
    .sort((one, other) => one.distance - other.distance);
  return best && best.distance <= Math.max(1, Math.floor(text.length / 3)) ? best.word : null;
}

/** How many letters have to be put in, taken out or changed. */
function changes(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_unused, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const swap = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
