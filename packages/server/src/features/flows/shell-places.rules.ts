import { forEachChild, type ParsedScript, type SyntaxNode } from 'unbash';
import { codeOfCommand, inCodeInput, readsCodeFromInput } from './shell-code-arguments.rules.ts';

/**
 * Where a reference stands: `bare` needs quotes of its own, `quoted` does not, and where it is `unexpanded` the shell
 * would leave the text as it is. `problem` says why no value may stand there.
 */
export type Place = { kind: 'bare' | 'quoted' | 'unexpanded'; problem: string | null };

/** The places of marks, each the expansion of a variable that stands only once in the text. */
export function findPlaces(ast: ParsedScript, text: string, marks: string[]): Place[] {
  const places = new Map<string, Place>();
  const leaves: string[] = [];
  visit(ast, { kind: 'bare', problem: null }, (node, place) => {
    if (node.type === 'ParameterExpansion') places.set(node.text, place);
    leaves.push(...leafTexts(node));
  });
  return marks.map(
    (mark) => places.get(mark) ?? (isInComment(mark, text, leaves) ? inComment : unexpanded(mark, text)),
  );
}

/** The first fault of a script or of a script inside of it, with its offset in the outermost text. */
export function syntaxFault(ast: ParsedScript): { offset: number; message: string } | null {
  const find = (node: SyntaxNode, offset: number | null): { offset: number; message: string } | null => {
    // Offsets inside of escaped backquotes count in a text of their own; then the place of the quotes has to do.
    const own = offset ?? (node.type === 'Script' && node.source !== undefined ? node.pos : null);
    const error = node.type === 'Script' && 'errors' in node ? node.errors?.[0] : undefined;
    if (error) return { offset: own ?? error.pos, message: error.message };
    let found: { offset: number; message: string } | null = null;
    forEachChild(node, (child) => {
      const isDecoded = child.type === 'Script' && child.source !== undefined;
      found ??= find(child, own ?? (isDecoded ? node.pos : null));
    });
    return found;
  };
  return find(ast, null);
}

function visit(node: SyntaxNode, place: Place, see: (node: SyntaxNode, place: Place) => void): void {
  see(node, place);
  const code = codeInside(node);
  const inner = place.problem ?? problemInside(node);
  const kinds = kindsInside(node, place.kind);
  forEachChild(node, (child) => {
    visit(child, { kind: kinds(child), problem: inner ?? code.get(child) ?? null }, see);
  });
}

function kindsInside(node: SyntaxNode, kind: Place['kind']): (child: SyntaxNode) => Place['kind'] {
  if (node.type === 'DoubleQuoted' || node.type === 'LocaleString' || node.type === 'HereDocBody')
    return () => 'quoted';
  if (isArithmetic(node) || node.type === 'Slice') return () => 'quoted';
  // A substitution begins anew: quotes around it do not reach into it.
  if (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') return () => 'bare';
  // Quotes keep a value from being a pattern, also inside of "${A#…}".
  if (node.type === 'Remove') return () => 'bare';
  if (node.type === 'Replace') return (child) => (child === node.pattern ? 'bare' : kind);
  if (node.type === 'Assignment' || node.type === 'ParameterExpansion') {
    return (child) => (child === node.index ? 'quoted' : kind);
  }
  return () => kind;
}

function isArithmetic(node: SyntaxNode): boolean {
  return node.type.startsWith('Arithmetic') && node.type !== 'ArithmeticCommandExpansion';
}

function problemInside(node: SyntaxNode): string | null {
  if (node.type === 'Slice' || (isArithmetic(node) && node.type !== 'ArithmeticFor')) return inArithmetic;
  if (node.type === 'TestCommand') return 'stands in [[ ]], which reads values as code; use [ ] instead';
  if (node.type === 'ExtendedGlob') {
    return 'stands in !( ) or a pattern like it, which sh reads as commands; put a space behind the !, or use case';
  }
  return null;
}

const inArithmetic =
  'stands in arithmetic, which reads values as code; let expr calculate: $(expr "$VALUE" + 1), where sh has $(( ))';
const inName = 'stands where the shell expects a name; write the name out';

/** Children of a node that somebody would read as code, with what is wrong about a value in them. */
function codeInside(node: SyntaxNode): Map<SyntaxNode, string> {
  switch (node.type) {
    case 'Command':
      return codeOfCommand(node);
    case 'Redirected':
      return contains(node.command, readsCodeFromInput) ? each(node.redirects, inCodeInput) : new Map();
    case 'Pipeline': {
      const reader = node.commands.findLastIndex((command) => contains(command, readsCodeFromInput));
      return each(node.commands.slice(0, Math.max(0, reader)), fromPipe);
    }
    // The words of [[ ]] and (( )) are found by problemInside; what is left are subscripts, which are arithmetic.
    case 'Assignment':
    case 'ParameterExpansion':
      return each(node.index ? [node.index] : [], inArithmetic);
    case 'ArithmeticFor':
      return each([node.initialize, node.test, node.update], inArithmetic);
    case 'For':
    case 'Select':
    case 'Function':
    case 'Coproc':
      return each([node.name], inName);
    default:
      return new Map();
  }
}

const fromPipe = 'is piped into a program that reads it as code; give it the value as an argument or in a file';

function each(nodes: readonly (SyntaxNode | undefined)[], problem: string): Map<SyntaxNode, string> {
  return new Map(nodes.filter((node) => node !== undefined).map((node) => [node, problem]));
}

function contains(node: SyntaxNode, reads: typeof readsCodeFromInput): boolean {
  if (node.type === 'Command' && reads(node)) return true;
  let isFound = false;
  forEachChild(node, (child) => {
    isFound ||= contains(child, reads);
  });
  return isFound;
}

const inComment: Place = { kind: 'quoted', problem: null };

/** What is neither expanded nor part of any word is not read by the shell at all. */
function isInComment(mark: string, text: string, leaves: string[]): boolean {
  const name = mark.slice('${'.length);
  if (leaves.some((leaf) => leaf.includes(name))) return false;
  const before = text.slice(0, text.indexOf(mark)).split('\n').at(-1) ?? '';
  return /(^|[\s;&|()`])#/.test(before);
}

function leafTexts(node: SyntaxNode): string[] {
  let isLeaf = true;
  forEachChild(node, () => {
    isLeaf = false;
  });
  if (!isLeaf) return [];
  return Object.values(node).filter((value) => typeof value === 'string');
}

function unexpanded(mark: string, text: string): Place {
  const isEscaped = text[text.indexOf(mark) - 1] === '\\';
  const problem = isEscaped
    ? 'stands behind a backslash, so that the shell would not put the value in; write \\\\ for a backslash'
    : 'stands where the shell would not put the value in (single quotes, or a quoted here-document); use double quotes';
  return { kind: 'unexpanded', problem };
}
