import { environmentName, findReferences, type Reference } from '@tideway/protocol';
import { forEachChild, type ParsedScript, parse, type SyntaxNode } from 'unbash';
import { codeArguments, readsCodeFromInput } from './shell-code-arguments.rules.ts';

/** A reference that may not stand where it does: what to say about it, and the line within the script, from 1. */
export type InterpolationFault = { line: number; message: string };

export type Shell = 'sh' | 'bash' | 'python3';

/**
 * Makes a shell text read the values of its references from the environment, so that no value ever becomes code: bare
 * `${{ inputs.x }}` becomes `"${INPUT_X}"`, and `${INPUT_X}` inside double quotes. Where the shell would not expand
 * that, or would read the value as code, there is a fault; `unsafe` takes the responsibility for those places.
 */
export function rewriteShellText(
  script: string,
  shell: Shell,
  unsafe: boolean,
): { script: string } | { faults: InterpolationFault[] } {
  const { references } = findReferences(script);
  if (references.length === 0) return { script };
  if (shell === 'python3') return rewritePython(script, references, unsafe);

  const expanded = expand(script, references);
  const ast = parse(expanded.text);
  const [error] = ast.errors ?? [];
  if (error)
    return {
      faults: [{ line: lineAt(expanded.text, error.pos), message: `cannot be read as a shell text: ${error.message}` }],
    };

  const found = findPlaces(ast, expanded.text);
  const places = expanded.starts.map((start) => found.get(start) ?? placeOutside(ast, expanded.text, start));
  const faults = references.flatMap((reference, index) => faultOf(script, reference, places[index] ?? notExpanded));
  if (faults.length > 0 && !unsafe) return { faults };
  return {
    script: replaceEach(script, references, (reference, index) => replacement(reference, places[index] ?? notExpanded)),
  };
}

/** Where a reference stands: whether quotes protect it already, and why it may not stand there. */
type Place = { isQuoted: boolean; isExpanded: boolean; problem: string | null };

const notExpanded: Place = {
  isQuoted: true,
  isExpanded: false,
  problem:
    'stands where the shell would not put the value in (single quotes, or a quoted here-document); use double quotes',
};

function rewritePython(script: string, references: Reference[], unsafe: boolean): ReturnType<typeof rewriteShellText> {
  if (unsafe) return { script };
  return {
    faults: references.map((reference) => ({
      line: lineAt(script, reference.start),
      message: `${textOf(script, reference)} would become code in python3; write os.environ["${nameOf(reference)}"]`,
    })),
  };
}

/** The script with a variable expansion in the place of each reference, and where each of them begins. */
function expand(script: string, references: Reference[]): { text: string; starts: number[] } {
  const starts: number[] = [];
  let shift = 0;
  const text = replaceEach(script, references, (reference) => {
    const variable = variableOf(reference);
    starts.push(reference.start + shift);
    shift += variable.length - (reference.end - reference.start);
    return variable;
  });
  return { text, starts };
}

/** The place of every `${…}` in a script, by the offset at which it begins. */
function findPlaces(ast: ParsedScript, text: string): Map<number, Place> {
  const places = new Map<number, Place>();
  const visit = (node: SyntaxNode, isQuoted: boolean, problem: string | null): void => {
    if (node.type === 'ParameterExpansion' && !places.has(node.pos)) {
      places.set(node.pos, { isQuoted, isExpanded: true, problem });
    }
    const inner = problem ?? problemInside(node, text);
    const codeArgumentNodes = codeOf(node);
    const quotes = quotesInside(node, isQuoted);
    forEachChild(node, (child) => visit(child, quotes, inner ?? codeArgumentNodes.get(child) ?? null));
  };
  visit(ast, false, null);
  return places;
}

function quotesInside(node: SyntaxNode, isQuoted: boolean): boolean {
  if (node.type === 'DoubleQuoted' || node.type === 'LocaleString' || node.type === 'HereDocBody') return true;
  // A substitution begins anew: quotes around it do not reach into it.
  if (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') return false;
  return isQuoted;
}

function problemInside(node: SyntaxNode, text: string): string | null {
  if (node.type.startsWith('Arithmetic') && node.type !== 'ArithmeticFor') return inArithmetic;
  if (node.type === 'Slice') return inArithmetic;
  if (node.type === 'TestCommand') return 'stands in [[ ]], which reads values as code; use [ ] instead';
  if (node.type === 'CommandExpansion' && text[node.pos] === '`') return 'stands in backquotes; use $( ) instead';
  return null;
}

const inArithmetic = 'stands in arithmetic, which reads values as code; check and copy it into a variable first';

/** Children of a command that are handed to something that reads them as code, with what is wrong about it. */
function codeOf(node: SyntaxNode): Map<SyntaxNode, string> {
  if (node.type === 'Command') return codeArguments(node);
  if (node.type === 'Pipeline') {
    const reader = node.commands.findIndex((command) => command.type === 'Command' && readsCodeFromInput(command));
    const writers = reader < 1 ? [] : node.commands.slice(0, reader);
    return new Map(writers.map((writer) => [writer, 'is piped into a shell, which would read the value as code']));
  }
  if (node.type === 'Assignment' && node.index) return new Map([[node.index, inArithmetic]]);
  if (node.type === 'ParameterExpansion' && node.index) return new Map([[node.index, inArithmetic]]);
  return new Map();
}

/** A place that is no expansion: harmless in a comment, and never filled in anywhere else. */
function placeOutside(ast: ParsedScript, text: string, start: number): Place {
  const isComment = !isInQuotedHereDocument(ast, start) && hasNoMeaning(text, start);
  return isComment ? { isQuoted: true, isExpanded: true, problem: null } : notExpanded;
}

/** In a comment two lone quotes change nothing; anywhere else, also behind a backslash, they are an error. */
function hasNoMeaning(text: string, start: number): boolean {
  const probed = `${text.slice(0, start)}"'${text.slice(start + 2)}`;
  return (parse(probed).errors ?? []).length === 0;
}

function isInQuotedHereDocument(node: SyntaxNode, offset: number): boolean {
  if (node.type === 'HereDoc') {
    return node.delimiter?.quoted === true && node.body.pos <= offset && offset < node.body.end;
  }
  let isInside = false;
  forEachChild(node, (child) => {
    isInside ||= isInQuotedHereDocument(child, offset);
  });
  return isInside;
}

function faultOf(script: string, reference: Reference, place: Place): InterpolationFault[] {
  if (place.problem === null) return [];
  return [{ line: lineAt(script, reference.start), message: `${textOf(script, reference)} ${place.problem}` }];
}

function replacement(reference: Reference, place: Place): string | null {
  if (!place.isExpanded) return null;
  return place.isQuoted ? variableOf(reference) : `"${variableOf(reference)}"`;
}

function replaceEach(
  text: string,
  references: Reference[],
  replacementOf: (reference: Reference, index: number) => string | null,
): string {
  let result = '';
  let end = 0;
  references.forEach((reference, index) => {
    result += text.slice(end, reference.start) + (replacementOf(reference, index) ?? textOf(text, reference));
    end = reference.end;
  });
  return result + text.slice(end);
}

function variableOf(reference: Reference): string {
  return `\${${nameOf(reference)}}`;
}

function nameOf({ scope, name }: Reference): string {
  return environmentName(scope, name);
}

function textOf(text: string, { start, end }: Reference): string {
  return text.slice(start, end);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
