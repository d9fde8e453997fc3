import { type Fault, maxFlowDepth, maxFlowValues } from '@tideway/protocol';
import { type Alias, type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { aliasTargets } from './alias-targets.rules.ts';

/** Where a text stands for more than the server reads, in the server's words; null where it does not. */
export function limitFault(document: Document, counter: LineCounter): Fault | null {
  const count: Count = { targets: aliasTargets(document), counter, left: maxFlowValues };
  return take(document.contents, { path: '', line: 1, depth: 0, isCopy: false }, count);
}

type Count = { targets: ReadonlyMap<Alias, Node>; counter: LineCounter; left: number };
/** What an alias stands for is told where the alias is. */
type Position = { path: string; line: number; depth: number; isCopy: boolean };

function take(node: unknown, { path, line, depth, isCopy }: Position, count: Count): Fault | null {
  if (!isNode(node)) return null;
  count.left -= 1;
  const refuse = (problem: string) => ({ path, line, message: `${path || 'The text'} ${problem}` });
  if (count.left === 0) return refuse('stands for too many values, with all its YAML aliases');
  if (depth > maxFlowDepth) return refuse('is nested too deeply');
  if (isAlias(node)) return take(count.targets.get(node), { path, line, depth: depth + 1, isCopy: true }, count);
  for (const { at, item, begin } of itemsOf(node, path)) {
    const own = isCopy ? null : lineOf(begin, count);
    const fault = take(item, { path: at, line: own ?? line, depth: depth + 1, isCopy }, count);
    if (fault !== null) return fault;
  }
  return null;
}

/** What a node holds: each with its path, and the node where it begins. */
function itemsOf(node: Node, path: string): { at: string; item: unknown; begin: unknown }[] {
  if (isSeq(node)) return node.items.map((item, index) => ({ at: `${path}[${index}]`, item, begin: item }));
  if (!isMap(node)) return [];
  return node.items.map(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : String(key);
    return { at: path === '' ? name : `${path}.${name}`, item: value, begin: key };
  });
}

function lineOf(node: unknown, { counter }: Count): number | null {
  return isNode(node) && node.range ? counter.linePos(node.range[0]).line : null;
}
