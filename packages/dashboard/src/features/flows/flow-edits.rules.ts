import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Pair,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { keyText, type Path, type Value } from './flow-source.rules.ts';

/** What can be put into a text: there is no nothing to be written. */
export type NewValue = string | NewValue[] | { [key: string]: NewValue };

/** Puts a value at a path, making the maps on the way; undefined takes it away, with a map that is empty then. */
export function setAt(document: Document, path: Path, value: NewValue | undefined): void {
  if (value === undefined) {
    removeAt(document, path);
    return;
  }
  const key = path.at(-1);
  if (key === undefined) return;
  const parent = collectionAt(document, path.slice(0, -1));
  if (isSeq(parent)) {
    const index = Number(key);
    parent.items[index] = renew(document, parent.items[index], value);
    return;
  }
  if (!isMap(parent)) return;
  const pair = parent.items.find((item) => keyText(item.key) === key);
  if (pair) pair.value = renew(document, pair.value, value);
  else addPair(document, parent, String(key), value);
}

/** Gives an entry of a map another key, at its place and with its comments. */
export function renameAt(document: Document, path: Path, name: string): void {
  const parent = collectionAt(document, path.slice(0, -1));
  if (!isMap(parent)) return;
  const pair = parent.items.find((item) => keyText(item.key) === path.at(-1));
  if (isScalar(pair?.key)) writeScalar(pair.key, name);
}

/** Puts a value into a list before `index`, or at its end. */
export function insertAt(document: Document, path: Path, index: number, value: NewValue): void {
  const list = listAt(document, path);
  // A list that is not empty any more is written as those of every flow: one entry below the other.
  if (list.items.length === 0) list.flow = false;
  list.items.splice(index, 0, nodeOf(document, value));
}

/** Repeats the entry at `index` behind it, with its comments. */
export function duplicateAt(document: Document, path: Path, index: number): void {
  const list = listAt(document, path);
  const item = list.items[index];
  if (!isMap(item) && !isScalar(item) && !isSeq(item)) return;
  const copy = item.clone() as Node;
  visit(copy, (_key, node) => {
    // An anchor names one place.
    if (isMap(node) || isSeq(node) || isScalar(node)) delete node.anchor;
  });
  list.items.splice(index + 1, 0, copy);
}

export function moveAt(document: Document, path: Path, from: number, to: number): void {
  const { items } = listAt(document, path);
  const [moved] = items.splice(from, 1);
  if (moved !== undefined) items.splice(to, 0, moved);
}

export function removeItemAt(document: Document, path: Path, index: number): void {
  listAt(document, path).items.splice(index, 1);
}

/** Takes all flows but one out of a text that held several. */
export function keepOnly(document: Document, name: string): void {
  const flows = collectionAt(document, ['flows']);
  if (isMap(flows)) flows.items = flows.items.filter(({ key }) => keyText(key) === name);
}

/** Maps that mean nothing when they are empty. Flows, inputs and lists of steps do. */
function removeAt(document: Document, path: Path): void {
  const parent = existingAt(document, path.slice(0, -1));
  if (isSeq(parent)) parent.items.splice(Number(path.at(-1)), 1);
  if (isMap(parent)) parent.items = parent.items.filter(({ key }) => keyText(key) !== path.at(-1));
  const isNamed = path.at(-3) === 'inputs' || path.at(-3) === 'flows';
  const isStep = typeof path.at(-2) === 'number';
  if (isCollectionWithout(parent) && !isNamed && !isStep && path.at(-2) !== 'steps' && path.length > 2) {
    removeAt(document, path.slice(0, -1));
  }
}

function isCollectionWithout(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.items.length === 0;
}

function listAt(document: Document, path: Path): YAMLSeq {
  const found = existingAt(document, path);
  if (isSeq(found)) return found;
  const list = document.createNode([]) as YAMLSeq;
  list.flow = false;
  const parent = collectionAt(document, path.slice(0, -1));
  if (isMap(parent)) putPair(document, parent, String(path.at(-1)), list);
  return list;
}

/** The map or list at a path; what is missing or no collection becomes a map. */
function collectionAt(document: Document, path: Path): YAMLMap | YAMLSeq {
  const found = existingAt(document, path);
  if (isMap(found) || isSeq(found)) return found;
  const made = document.createNode({}) as YAMLMap;
  made.flow = false;
  if (path.length === 0) {
    document.contents = made as unknown as typeof document.contents;
    return made;
  }
  const parent = collectionAt(document, path.slice(0, -1));
  if (isSeq(parent)) parent.items[Number(path.at(-1))] = made;
  else putPair(document, parent, String(path.at(-1)), made);
  return made;
}

function putPair(document: Document, map: YAMLMap, key: string, value: Node): void {
  const pair = map.items.find((item) => keyText(item.key) === key);
  if (pair) pair.value = value;
  else insertPair(map, new Pair(nodeOf(document, key), value));
}

function addPair(document: Document, map: YAMLMap, key: string, value: NewValue): void {
  insertPair(map, new Pair(nodeOf(document, key), nodeOf(document, value)));
}

/** The steps of a flow stand last, so that what is said of all of them is read first. */
function insertPair(map: YAMLMap, pair: Pair): void {
  // A map that is not empty any more is written as those around it.
  if (map.items.length === 0) map.flow = false;
  const steps = map.items.findIndex(({ key }) => keyText(key) === 'steps');
  if (steps === -1) map.items.push(pair);
  else map.items.splice(steps, 0, pair);
}

/** What stands at a path, or null. An alias on the way becomes a copy of its own, so that one place alone is changed. */
function existingAt(document: Document, path: Path): unknown {
  let node: unknown = document.contents;
  for (const key of path) {
    if (isSeq(node)) node = own(document, node.items[Number(key)], (copy) => replaceItem(node, Number(key), copy));
    else if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item.key) === String(key));
      node = own(document, pair?.value, (copy) => {
        if (pair) pair.value = copy;
      });
    } else return null;
  }
  return node;
}

function replaceItem(list: unknown, index: number, copy: Node): void {
  if (isSeq(list)) list.items[index] = copy;
}

function own(document: Document, node: unknown, replace: (copy: Node) => void): unknown {
  if (!isAlias(node)) return node;
  const copy = node.resolve(document)?.clone() as Node | undefined;
  if (copy === undefined) return null;
  if (isMap(copy) || isSeq(copy) || isScalar(copy)) delete copy.anchor;
  replace(copy);
  return copy;
}

/** A scalar keeps its comment and, as far as it can, its quotes. */
function renew(document: Document, node: unknown, value: NewValue): Node {
  if (!isScalar(node) || typeof value !== 'string') return nodeOf(document, value);
  writeScalar(node, value);
  return node;
}

function nodeOf(document: Document, value: NewValue): Node {
  const node = document.createNode(value) as Node;
  visit(node, {
    Scalar: (_key, scalar) => writeScalar(scalar, String(scalar.value)),
  });
  return node;
}

function writeScalar(scalar: Scalar, text: string): void {
  scalar.value = text;
  // Plain, these would stand for nothing, and as a block a blank could not be told from what sets the block in.
  if (text.trim() === '' || text === '~' || text === 'null') scalar.type = Scalar.QUOTE_DOUBLE;
  else if (text.includes('\n')) scalar.type = Scalar.BLOCK_LITERAL;
  else scalar.type ??= Scalar.PLAIN;
}

/** The same value where a text, a list or a map of texts holds nothing that is missing. */
export function asNew(value: Value): NewValue {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(asNew);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asNew(member)]));
}
