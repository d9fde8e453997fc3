import { findReferences } from '@tideway/protocol';

/** Whether a flow's name for an artifact can become this path: a reference in it may stand for any text. */
export function canBecome(name: string, path: string): boolean {
  const [first = '', ...others] = writtenParts(name);
  const last = others.pop();
  if (last === undefined) return first === path;
  if (!path.startsWith(first)) return false;
  let end = first.length;
  for (const part of others) {
    const start = path.indexOf(part, end);
    if (start === -1) return false;
    end = start + part.length;
  }
  return path.endsWith(last) && end + last.length <= path.length;
}

/** What stands before, between and behind the references. */
function writtenParts(name: string): string[] {
  const { references } = findReferences(name);
  const starts = [0, ...references.map(({ end }) => end)];
  return starts.map((start, index) => name.slice(start, references[index]?.start));
}
