/**
 * `renewed` with the lines of `text` wherever it says the same as `written`, where `written` is `text` as the library
 * writes it: other white space and nothing else. Null where `written` differs from `text` in more than that.
 */
export function keepLines(text: string, written: string, renewed: string): string | null {
  const [before, after] = [linesOf(written), linesOf(renewed)];
  if (inkOf(text) !== inkOf(written)) return null;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  // Empty lines at the seam belong to what is new: which of them is which cannot be told.
  while (head > 0 && inkOf(before[head - 1] ?? '') === '') head -= 1;
  while (tail > 0 && inkOf(before[before.length - tail] ?? '') === '') tail -= 1;

  const starts = lineStarts(text);
  while (head > 0 && !starts.has(inkOf(before.slice(0, head).join('')).length)) head -= 1;
  while (tail > 0 && !starts.has(inkOf(before.slice(0, before.length - tail).join('')).length)) tail -= 1;
  const first = head === 0 ? 0 : starts.get(inkOf(before.slice(0, head).join('')).length);
  const last = tail === 0 ? text.length : starts.get(inkOf(before.slice(0, before.length - tail).join('')).length);
  if (first === undefined || last === undefined) return null;
  const upTo = head === 0 ? 0 : endOfInk(text, first);
  return text.slice(0, upTo) + after.slice(head, after.length - tail).join('') + text.slice(last);
}

/** What is left of a text without its white space. */
function inkOf(text: string): string {
  return text.replace(/\s+/g, '');
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Where lines that are not empty begin, by how much ink stands before them; and the end of the text. */
function lineStarts(text: string): Map<number, number> {
  const starts = new Map<number, number>();
  let offset = 0;
  let ink = 0;
  for (const line of linesOf(text)) {
    const own = inkOf(line).length;
    if (own > 0) starts.set(ink, offset);
    ink += own;
    offset += line.length;
  }
  starts.set(ink, text.length);
  return starts;
}

/** Behind the line break that ends the last line with ink before `offset`. */
function endOfInk(text: string, offset: number): number {
  const before = text.slice(0, offset).trimEnd().length;
  const end = text.indexOf('\n', before);
  return end === -1 ? text.length : Math.min(end + 1, offset);
}
