/** Line and column, both from 1, where a text stops being JSON. It is for texts that `JSON.parse` refuses. */
export function findJsonBreak(text: string): { line: number; column: number } {
  const before = text.slice(0, breakOffset(text));
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}

type Expected = 'value' | 'value_or_end' | 'key' | 'key_or_end' | 'colon' | 'comma_or_end';
type Scan = { expected: Expected; open: ('{' | '[')[] };

function breakOffset(text: string): number {
  const scan: Scan = { expected: 'value', open: [] };
  let offset = afterSpace(text, 0);
  while (offset < text.length) {
    const end = tokenEnd(text, offset);
    if (end === null || !accept(scan, text.charAt(offset))) return offset;
    offset = afterSpace(text, end);
  }
  return offset;
}

/** Whether what begins with this character may stand here; notes what may follow it. */
function accept(scan: Scan, first: string): boolean {
  const { expected, open } = scan;
  const around = open.at(-1);
  if (first === '}' || first === ']') {
    if (around !== (first === '}' ? '{' : '[') || !/end$/.test(expected)) return false;
    open.pop();
    scan.expected = 'comma_or_end';
  } else if (first === ',') {
    if (expected !== 'comma_or_end' || around === undefined) return false;
    scan.expected = around === '{' ? 'key' : 'value';
  } else if (first === ':') {
    if (expected !== 'colon') return false;
    scan.expected = 'value';
  } else if (/^key/.test(expected)) {
    if (first !== '"') return false;
    scan.expected = 'colon';
  } else {
    if (!/^value/.test(expected)) return false;
    if (first === '{' || first === '[') open.push(first);
    scan.expected = first === '{' ? 'key_or_end' : first === '[' ? 'value_or_end' : 'comma_or_end';
  }
  return true;
}

const word = /[{}[\],:]|true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?(?![\w.+-])/y;
const escaped = /\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a text in JSON ends where one stands
const plain = /[^"\\\u0000-\u001f]+/y;

/** Where the token ends that begins here; null where none does. */
function tokenEnd(text: string, start: number): number | null {
  if (text[start] !== '"') return matchEnd(word, text, start);
  let offset = start + 1;
  while (text[offset] !== '"') {
    const end = matchEnd(text[offset] === '\\' ? escaped : plain, text, offset);
    if (end === null) return null;
    offset = end;
  }
  return offset + 1;
}

function matchEnd(pattern: RegExp, text: string, offset: number): number | null {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function afterSpace(text: string, offset: number): number {
  return matchEnd(/[ \t\r\n]+/y, text, offset) ?? offset;
}
