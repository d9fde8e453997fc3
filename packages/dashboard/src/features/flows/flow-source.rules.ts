import { type Fault, maxFlowDepth } from '@tideway/protocol';
import {
  type Alias,
  Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { aliasTargets } from './alias-targets.rules.ts';
import { keepLines } from './keep-lines.rules.ts';
import { limitFault } from './value-limits.rules.ts';

/** A value as it is written: every scalar is a text, and null stands where nothing does. */
export type Value = string | null | Value[] | { [key: string]: Value };

/** Keys and indexes from the top of a text, as `['flows', 'app', 'steps', 0]`. */
export type Path = readonly (string | number)[];

/**
 * Reads a text as the server does: scalars keep what was written. With faults the document cannot be edited, and must not
 * be read: a few lines can stand for more than a page can hold.
 */
export function parseSource(text: string): { document: Document; faults: Fault[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: counter, prettyErrors: false });
  const faults = document.errors.map((error) => ({
    path: '',
    line: counter.linePos(error.pos[0]).line,
    message: `The text is not valid YAML: ${error.message}`,
  }));
  const fault = faults.length === 0 ? limitFault(document, counter) : null;
  return { document, faults: fault === null ? faults : [fault] };
}

/** What a document without faults says. Aliases stand for what they name. */
export function readValue(document: Document): Value {
  return read(document.contents, aliasTargets(document), 0);
}

function read(node: unknown, targets: ReadonlyMap<Alias, Node>, depth: number): Value {
  if (!isNode(node) || depth > maxFlowDepth) return null;
  if (isAlias(node)) return read(targets.get(node), targets, depth + 1);
  if (isSeq(node)) return node.items.map((item) => read(item, targets, depth + 1));
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map(({ key, value }) => [keyText(key), read(value, targets, depth + 1)] as const),
    );
  }
  if (!isScalar(node)) return null;
  const text = String(node.value ?? '');
  return node.type === 'PLAIN' && (text === '' || text === '~' || text === 'null') ? null : text;
}

export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** A value as YAML of its own. */
export function valueText(value: Value): string {
  return value === null ? '' : new Document(value, { schema: 'failsafe' }).toString({ lineWidth: 0 });
}

/** The text after an edit of its document. Lines that the edit does not touch stay as they were written. */
export function editSource(text: string, edit: (document: Document) => void): string {
  const before = parseSource(text);
  if (before.faults.length > 0) return text;
  const style = styleOf(text);
  const written = before.document.toString(style);
  edit(before.document);
  const renewed = before.document.toString(style);
  const kept = keepLines(text, written, renewed);
  return kept !== null && isSame(kept, renewed) ? kept : renewed;
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [parseSource(one), parseSource(other)];
  return (
    first.faults.length === 0 &&
    JSON.stringify(readValue(first.document)) === JSON.stringify(readValue(second.document))
  );
}

/** How somebody writes their YAML, as far as it can be told. */
function styleOf(text: string) {
  const steps = [...text.matchAll(/^( *)[^\s#-][^\n]*:[ \t]*\n\1( +)[^\s#-]/gm)].map((match) => match[2]?.length ?? 2);
  return {
    lineWidth: 0,
    indent: steps.length === 0 ? 2 : Math.max(1, Math.min(8, ...steps)),
    indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(text),
    flowCollectionPadding: !/(?<![${]){(?=[^\s{}])/.test(text),
  };
}
