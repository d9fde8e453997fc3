/** One line of two texts beside each other: in both, or only in the one before or after. */
export type DifferenceLine = { in: 'both' | 'before' | 'after'; text: string };

/** More lines than this are shown as all of the one and all of the other. */
const mostCompared = 2_000;

/** How two values differ, as lines of JSON. What is not there has no lines. */
export function jsonDifference(before: unknown, after: unknown): DifferenceLine[] {
  const [one, other] = [linesOf(before), linesOf(after)];
  if (one.length > mostCompared || other.length > mostCompared) {
    return [...one.map((text) => only('before', text)), ...other.map((text) => only('after', text))];
  }
  return compare(one, other);
}

function linesOf(value: unknown): string[] {
  return value === null || value === undefined ? [] : JSON.stringify(value, null, 2).split('\n');
}

/** By the longest common sequence of lines, read from the end of the table to its beginning. */
function compare(one: string[], other: string[]): DifferenceLine[] {
  const lengths = commonLengths(one, other);
  const lines: DifferenceLine[] = [];
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    const [before, after] = [one[i], other[j]];
    if (before !== undefined && after !== undefined && isSame(before, after)) {
      lines.push(only('both', after));
      i += 1;
      j += 1;
    } else if (
      before !== undefined &&
      (after === undefined || lengthAt(lengths, i + 1, j) >= lengthAt(lengths, i, j + 1))
    ) {
      lines.push(only('before', before));
      i += 1;
    } else {
      lines.push(only('after', after ?? ''));
      j += 1;
    }
  }
  return lines;
}

/** `[i][j]`: how many lines the rest of the one from i on and of the other from j on have in common. */
function commonLengths(one: string[], other: string[]): Uint16Array[] {
  const lengths = one.map(() => new Uint16Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i -= 1) {
    const row = lengths[i];
    for (let j = other.length - 1; row && j >= 0; j -= 1) {
      row[j] = isSame(one[i] ?? '', other[j] ?? '')
        ? lengthAt(lengths, i + 1, j + 1) + 1
        : Math.max(lengthAt(lengths, i + 1, j), row[j + 1] ?? 0);
    }
  }
  return lengths;
}

function lengthAt(lengths: Uint16Array[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}

/** The comma of a line says only whether another one follows. */
function isSame(one: string, other: string): boolean {
  return one.replace(/,$/, '') === other.replace(/,$/, '');
}

function only(place: DifferenceLine['in'], text: string): DifferenceLine {
  return { in: place, text };
}
