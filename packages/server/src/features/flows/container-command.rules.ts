import { type Fault, runOptionFault, runOptionNames, type Step, substitute } from '@tideway/protocol';
import { closest } from './closest-word.rules.ts';
import { rewriteShellText } from './shell-interpolation.rules.ts';

/**
 * The words of a container's command: split at white space outside of quotes, as a shell would, and nothing else: `$`,
 * `;`, `|`, `*` and backticks are only text. A reference stays in its word, whatever its value will be.
 */
export function splitCommand(text: string): { words: string[] } | { fault: string } {
  const words: string[] = [];
  let word: string | null = null;
  for (const [piece] of text.matchAll(pieces)) {
    if (/^\s/.test(piece)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      if (unclosed.test(piece)) return { fault: `has no end of what begins at ${piece.slice(0, 20)}` };
      word = (word ?? '') + unquoted(piece);
    }
  }
  if (word !== null) words.push(word);
  return words.length === 0 ? { fault: 'must not be empty' } : { words };
}

/** References in a container's command that a shell inside of the container would read as code. */
export function containerCommandFaults(step: Step, path: string): Fault[] {
  if (step.uses !== 'docker') return [];
  const { command, run_options } = step.with;
  const health = [run_options['health-cmd'] ?? []].flat();
  const program = [run_options.entrypoint ?? 'entrypoint'].flat();
  return [
    ...(command === null ? [] : codeFaults([...program, ...command].map(quoted).join(' '), `${path}.with.command`)),
    // Docker hands it to the container's shell.
    ...health.flatMap((text) => codeFaults(`eval ${text}`, `${path}.with.run-options.health-cmd`)),
  ];
}

/** Options of a container that there are not, or that cannot have the value that stands there. */
export function runOptionFaults(step: Step, path: string): Fault[] {
  if (step.uses !== 'docker') return [];
  return Object.entries(step.with.run_options).flatMap(([name, value]) => {
    const isOpen = [value].flat().some((text) => substitute(text, () => '') !== text);
    const fault = runOptionFault(name, isOpen ? openValue(name, value) : value);
    const hint = fault?.startsWith('is no option') ? closest(name, runOptionNames) : null;
    const field = `${path}.with.run-options.${name}`;
    if (fault === null) return [];
    return [{ path: field, message: `${field} ${fault}${hint === null ? '' : `; did you mean ${hint}?`}` }];
  });
}

/** A quoted text, a reference, an escaped character, white space, or anything else in one piece. */
const pieces =
  /\s+|'[^']*('|$)|"(?:\\[\s\S]|\$\{\{[\s\S]*?\}\}|[^"\\])*("|\\?$)|\$\{\{[\s\S]*?\}\}|\\[\s\S]?|\$|[^\s'"\\$]+/g;
const unclosed = /^(?:'[^']*|"(?:\\[\s\S]|\$\{\{[\s\S]*?\}\}|[^"\\])*\\?|\\)$/;

function unquoted(piece: string): string {
  if (piece.startsWith("'")) return piece.slice(1, -1);
  if (piece.startsWith('"')) return piece.slice(1, -1).replace(/(\$\{\{[\s\S]*?\}\})|\\(["\\$`])/g, '$1$2');
  return piece.startsWith('\\') ? piece.slice(1) : piece;
}

/** The word as a shell would have to be given it; references stay. */
function quoted(word: string): string {
  return `"${word.replace(/["\\`]|\$(?!\{\{)/g, '\\$&')}"`;
}

/** What is checked of a value that is not known yet: that it is a list or not. */
function openValue(name: string, value: string | string[]): string | string[] {
  const fitting = ['true', 'false', 'no', 'missing', 'x'].find((text) => runOptionFault(name, text) === null) ?? 'x';
  return typeof value === 'string' ? fitting : value.map(() => fitting);
}

function codeFaults(text: string, path: string): Fault[] {
  const rewritten = rewriteShellText(text, 'sh', false);
  if ('script' in rewritten) return [];
  const faults = rewritten.faults.filter(({ isCode }) => isCode);
  return faults.map(({ message }) => ({ path, message: `${path}: ${message}` }));
}
