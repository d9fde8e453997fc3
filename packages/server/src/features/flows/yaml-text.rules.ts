import type { Fault } from '@tideway/protocol';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** A parsed text whose scalars are texts (null where nothing stands), and where each of its values is. */
export type ParsedText = {
  value: unknown;
  /** The line, from 1, of the value at a path as `flows.app.steps[2].run`, or of the nearest one around it. */
  lineOf: (path: string) => number;
  /** The line at which the content of a scalar begins: behind a `|` it is the next one. */
  contentLineOf: (path: string) => number;
};

/**
 * Reads YAML, and so JSON. Scalars keep the text that was written: an unquoted `1.10` stays `1.10`, `on` stays `on`.
 * The faults are all syntax errors, with their lines.
 */
export function parseYamlText(text: string): ParsedText | { faults: Fault[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: counter, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      faults: document.errors.map((error) => ({
        path: '',
        line: counter.linePos(error.pos[0]).line,
        message: `The text is not valid YAML: ${error.message}`,
      })),
    };
  }
  const lines = new Map<string, Lines>();
  const faults: Fault[] = [];
  const value = read(document.contents, '', { counter, lines, faults });
  if (faults.length > 0) return { faults };
  return {
    value,
    lineOf: (path) => nearest(lines, path).line,
    contentLineOf: (path) => nearest(lines, path).contentLine,
  };
}

type Lines = { line: number; contentLine: number };
type Reading = { counter: LineCounter; lines: Map<string, Lines>; faults: Fault[] };

function read(node: unknown, path: string, reading: Reading): unknown {
  if (!isNode(node)) return null;
  note(node, path, reading);
  // An alias that stands for a whole structure can make a small text a huge one; no flow needs one.
  if (isAlias(node)) {
    const line = reading.lines.get(path)?.line ?? 1;
    reading.faults.push({ path, line, message: `${path} is a YAML alias; write the value out` });
    return null;
  }
  if (isSeq(node)) return node.items.map((item, index) => read(item, `${path}[${index}]`, reading));
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map(({ key, value }) => {
        const name = String(isScalar(key) ? key.value : key);
        const inner = path === '' ? name : `${path}.${name}`;
        if (isNode(key)) note(key, inner, reading);
        return [name, read(value, inner, reading)];
      }),
    );
  }
  return isScalar(node) ? scalarText(node.value, node.type) : null;
}

function scalarText(value: unknown, type: string | undefined): string | null {
  const text = String(value ?? '');
  return type === 'PLAIN' && (text === '' || text === '~' || text === 'null') ? null : text;
}

function note(node: Node, path: string, { counter, lines }: Reading): void {
  if (lines.has(path) && !isScalar(node)) return;
  const line = counter.linePos(node.range?.[0] ?? 0).line;
  const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  lines.set(path, { line: lines.get(path)?.line ?? line, contentLine: isBlock ? line + 1 : line });
}

function nearest(lines: Map<string, Lines>, path: string): Lines {
  const found = lines.get(path);
  if (found) return found;
  const parent = path.replace(/(\.[^.[\]]*|\[\d+\]|^[^.[]*)$/, '');
  return parent === path || path === '' ? { line: 1, contentLine: 1 } : nearest(lines, parent);
}
