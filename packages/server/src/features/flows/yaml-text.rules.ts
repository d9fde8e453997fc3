import { type Fault, maxFlowDepth, maxFlowValues } from '@tideway/protocol';
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { isStorable, storableExpectation } from '../../platform/http/storable-text.rules.ts';

/** A parsed text whose scalars are texts (null where nothing stands), and where each of its values is. */
export type ParsedText = {
  value: unknown;
  /** The line, from 1, of the value at a path as `flows.app.steps[2].run`, or of the nearest one around it. */
  lineOf: (path: string) => number;
  /** Where the content of a scalar begins: behind a `|` at the next line, and then line by line as in the file. */
  contentOf: (path: string) => { line: number; isBlock: boolean };
};

/**
 * Reads YAML, and so JSON. Scalars keep the text that was written: an unquoted `1.10` stays `1.10`, `on` stays `on`.
 * The faults are all syntax errors, or all texts that cannot be kept, with their lines. There can be faults beside a
 * value: keys that stand twice.
 */
export function parseYamlText(text: string): { parsed: ParsedText | null; faults: Fault[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: counter, prettyErrors: false });
  const faults = syntaxFaults(document, counter);
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return { parsed: null, faults };

  const reading: Reading = {
    targets: targetsOf(document),
    counter,
    lines: new Map(),
    faults: [],
    unstorable: new Map(),
    left: maxFlowValues,
  };
  const value = read(document.contents, { path: '', depth: 0 }, reading);
  const refused = [...reading.faults, ...unstorableFaults(text, reading)];
  if (refused.length > 0) return { parsed: null, faults: [...faults, ...refused] };
  const { lines } = reading;
  const lineOf = (path: string) => nearest(lines, path).line;
  return { parsed: { value, lineOf, contentOf: (path) => nearest(lines, path).content }, faults };
}

function syntaxFaults({ errors }: Document, counter: LineCounter): Fault[] {
  const faults = errors.map((error): Fault => {
    const said = error.message.startsWith('Maximum call stack') ? 'it is nested too deeply' : error.message;
    return { path: '', line: counter.linePos(error.pos[0]).line, message: `The text is not valid YAML: ${said}` };
  });
  return faults.filter(({ message, line }, index) => {
    return faults.findIndex((other) => other.message === message && other.line === line) === index;
  });
}

/** What each alias stands for. The library's own way looks through the whole document for each of them. */
function targetsOf(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const target = anchors.get(alias.source);
      if (target) targets.set(alias, target);
    },
    Value: (_, node) => {
      if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

type Lines = { line: number; content: { line: number; isBlock: boolean } };
type Reading = {
  targets: Map<Alias, Node>;
  counter: LineCounter;
  lines: Map<string, Lines>;
  faults: Fault[];
  /** Each once, however many aliases stand for it. */
  unstorable: Map<Node, Fault>;
  /** How many more values may be read. */
  left: number;
};
type Position = { path: string; depth: number };

function read(node: unknown, position: Position, reading: Reading): unknown {
  const { path, depth } = position;
  if (!isNode(node)) return null;
  note(node, path, reading);
  reading.left -= 1;
  if (reading.left === 0) refuse(path, 'stands for too many values, with all its YAML aliases', reading);
  if (depth > maxFlowDepth) refuse(path, 'is nested too deeply', reading);
  if (reading.faults.length > 0) return null;
  if (isAlias(node)) {
    const target = reading.targets.get(node);
    if (target) return read(target, { path, depth: depth + 1 }, reading);
    return refuse(path, `is the YAML alias *${node.source}, and there is no &${node.source} before it`, reading);
  }
  if (isSeq(node)) {
    return node.items.map((item, index) => read(item, { path: `${path}[${index}]`, depth: depth + 1 }, reading));
  }
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map(({ key, value }) => {
        const name = isScalar(key) ? String(key.value) : String(key);
        const inner = path === '' ? name : `${path}.${name}`;
        if (isNode(key)) note(key, inner, reading);
        if (isNode(key)) noteUnstorable(key, name, path, reading);
        return [name, read(value, { path: inner, depth: depth + 1 }, reading)];
      }),
    );
  }
  if (!isScalar(node)) return null;
  const text = scalarText(node.value, node.type);
  noteUnstorable(node, text ?? '', path, reading);
  return text;
}

function noteUnstorable(node: Node, text: string, path: string, { unstorable, counter }: Reading): void {
  if (isStorable(text) || unstorable.has(node)) return;
  unstorable.set(node, unstorableFault(path, counter.linePos(node.range?.[0] ?? 0).line));
}

/** NUL in a comment is in no value, and yet in the text. */
function unstorableFaults(text: string, { unstorable, counter }: Reading): Fault[] {
  if (unstorable.size > 0 || isStorable(text)) return [...unstorable.values()];
  return [unstorableFault('', counter.linePos(text.indexOf('\0')).line)];
}

function unstorableFault(path: string, line: number): Fault {
  return { path, line, message: `${path || 'The text'} ${storableExpectation}` };
}

function refuse(path: string, problem: string, { lines, faults }: Reading): null {
  faults.push({ path, line: nearest(lines, path).line, message: `${path || 'The text'} ${problem}` });
  return null;
}

function scalarText(value: unknown, type: string | undefined): string | null {
  const text = String(value ?? '');
  return type === 'PLAIN' && (text === '' || text === '~' || text === 'null') ? null : text;
}

function note(node: Node, path: string, { counter, lines }: Reading): void {
  if (lines.has(path) && !isScalar(node)) return;
  const line = counter.linePos(node.range?.[0] ?? 0).line;
  const isBlock = isScalar(node) && node.type === 'BLOCK_LITERAL';
  lines.set(path, { line: lines.get(path)?.line ?? line, content: { line: isBlock ? line + 1 : line, isBlock } });
}

function nearest(lines: Map<string, Lines>, path: string): Lines {
  const found = lines.get(path);
  if (found) return found;
  const parent = path.replace(/(\.[^.[\]]*|\[\d+\]|^[^.[]*)$/, '');
  if (parent === path) return lines.get('') ?? { line: 1, content: { line: 1, isBlock: false } };
  return nearest(lines, parent);
}
