import type { Assignment, Command, Redirection, SyntaxNode, Word } from 'unbash';

/**
 * The parts of a command that somebody would read as code, with what is wrong about a value in them: the text of
 * `sh -c`, `eval`, `ssh` and the like, a here-document for a shell, names that bash evaluates, the program itself.
 */
export function codeArguments(command: Command): Map<SyntaxNode, string> {
  const words = wordsOf(command);
  const program = programIndex(words);
  const found = new Map<SyntaxNode, string>();
  const add = (nodes: readonly SyntaxNode[], problem: string) => {
    for (const node of nodes) if (!found.has(node)) found.set(node, problem);
  };
  const named = words[program];
  if (named && beginsWithExpansion(named)) add([named], 'names the program that is run; write its path out');
  add(codeAfterOption(words), `is part of the code of a shell; pass it as an argument: sh -c '… "$1"' _ "$VALUE"`);
  add(wholeArguments(words, program), `is read as code by ${literal(named)}`);
  add(evaluatedNames(words, program), 'stands where the shell expects a name and evaluates it');
  if (readsCodeFromInput(command)) add(inputs(command), 'is read as code by the shell that gets this text');
  return found;
}

/** Whether a command is a shell (or an interpreter) that reads its program from standard input. */
export function readsCodeFromInput(command: Command): boolean {
  const words = wordsOf(command);
  const program = programIndex(words);
  const name = literal(words[program]);
  if (name === 'ssh') return true;
  if (!interpreters.has(name)) return false;
  const rest = words.slice(program + 1).map(literal);
  return rest.every((word) => word === '' || word.startsWith('-')) && !rest.some((word) => codeOption.test(word));
}

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh', 'mksh', 'su', 'runuser', 'flock', 'script', 'sg']);
const interpreters = new Set([
  ...shells,
  'python',
  'python3',
  'perl',
  'ruby',
  'node',
  'awk',
  'gawk',
  'mawk',
  'lua',
  'php',
]);
/** Programs that read all their arguments as code. */
const evaluators = new Set(['eval', 'ssh', 'trap', 'let', 'alias', 'watch', 'rsh']);
/** Builtins that take a name, which bash evaluates where it looks like an element of an array. */
const nameTakers = new Set(['unset', 'read', 'mapfile', 'readarray', 'getopts']);
const declarers = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);
/** Programs that run the program named behind their options. */
const wrappers = new Set(
  'command builtin exec sudo doas nohup nice ionice time timeout env setsid stdbuf xargs chroot busybox unshare nsenter'.split(
    ' ',
  ),
);
const codeOption = /^(-[A-Za-z]*c|--command|-e|-E|--eval|-r|--exec)$/;

function wordsOf(command: Command): Word[] {
  const suffix = command.suffix.filter((node): node is Word => node.type === 'Word');
  return command.name ? [command.name, ...suffix] : suffix;
}

/** Where the program's name stands, behind wrappers as `sudo -u app env A=b`. */
function programIndex(words: readonly Word[]): number {
  let index = 0;
  while (index < words.length - 1 && wrappers.has(literal(words[index]))) {
    index += 1;
    while (index < words.length - 1 && /^(-.*|\w+=.*|\d+[smhd]?)$/.test(literal(words[index]))) index += 1;
  }
  return index;
}

/** `sh -c CODE`, anywhere in a command: behind `docker exec x`, `find -exec` and the like as well. */
function codeAfterOption(words: readonly Word[]): Word[] {
  const shell = words.findIndex((word) => interpreters.has(literal(word)));
  if (shell === -1) return [];
  const option = words.findIndex((word, index) => index > shell && codeOption.test(literal(word)));
  const inOption = words.filter((word, index) => index > shell && /^--(command|eval)=/.test(word.text));
  if (option === -1) return [...inOption, ...(isScriptFirst(literal(words[shell])) ? firstArgument(words, shell) : [])];
  return [...inOption, ...firstArgument(words, option)];
}

/** awk takes its program as the first argument, without an option. */
function isScriptFirst(name: string): boolean {
  return /^[gm]?awk$/.test(name);
}

function firstArgument(words: readonly Word[], after: number): Word[] {
  const argument = words.find((word, index) => index > after && !literal(word).startsWith('-'));
  return argument ? [argument] : [];
}

function wholeArguments(words: readonly Word[], program: number): Word[] {
  return evaluators.has(literal(words[program])) ? words.slice(program + 1) : [];
}

function evaluatedNames(words: readonly Word[], program: number): Word[] {
  const name = literal(words[program]);
  const rest = words.slice(program + 1);
  if (nameTakers.has(name)) return rest;
  if (declarers.has(name)) return rest.filter(beginsWithExpansion);
  if (['printf', 'test', '['].includes(name)) return rest.filter((_word, index) => literal(rest[index - 1]) === '-v');
  return [];
}

function inputs(command: Command): (Assignment | Redirection)[] {
  return [...command.prefix, ...command.suffix].filter(
    (node): node is Redirection => node.type === 'HereDoc' || node.type === 'HereString',
  );
}

function beginsWithExpansion(word: Word): boolean {
  return /^"?\$/.test(word.text);
}

/** The text of a word, without its folder where it is a path; empty where it is not known before it runs. */
function literal(word: Word | undefined): string {
  if (word === undefined || word.text.includes('$') || word.text.includes('`')) return '';
  return word.value.split('/').at(-1) ?? '';
}
