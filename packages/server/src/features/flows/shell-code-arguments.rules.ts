import type { Command, SyntaxNode } from 'unbash';
import { type Arguments, isShell, readsCode, sortArguments } from './shell-programs.rules.ts';
import { programName, type ShellWord, wordsOf } from './shell-words.rules.ts';

/**
 * The parts of a command that somebody would read as code, with what is wrong about a value in them: the text of
 * `sh -c`, `eval`, `ssh` and the like, a here-document for a shell, names that bash evaluates, the program itself.
 */
export function codeOfCommand(command: Command): Map<SyntaxNode, string> {
  const found = new Map<SyntaxNode, string>();
  const words = wordsOf(command);
  for (const { node } of programsOf(words)) found.set(node, 'names the program that is run; write its name out');
  for (const call of callsOf(words)) {
    for (const { node } of [...call.code, ...generatedScripts(call)]) found.set(node, problemOf(call));
    for (const { node } of evaluatedNames(call)) {
      found.set(node, 'stands where the shell expects a name and evaluates it; write the name out');
    }
  }
  if (readsCodeFromInput(command)) {
    for (const redirect of command.redirects) found.set(redirect, inCodeInput);
  }
  return found;
}

export const inCodeInput =
  'stands in what is read as code; write "$VALUE" there, and quote the delimiter of a here-document';

/** Whether a command, or one that it starts, reads code from its standard input. */
export function readsCodeFromInput(command: Command): boolean {
  const words = wordsOf(command);
  const calls = callsOf(words);
  // What xargs reads becomes arguments of what it starts, and may stand in for a part of its code.
  if (words[0] && programName(words[0]) === 'xargs') return calls.some((call) => call.code.length > 0);
  return calls.some(readsInput);
}

type Call = Arguments & { name: string; args: ShellWord[] };

/** The command itself, and the shells and interpreters that it starts: behind `sudo`, `find -exec`, `docker exec x`. */
function callsOf(words: ShellWord[]): Call[] {
  const calls = words.map((word, index): Call => {
    const args = words.slice(index + 1);
    return { name: programName(word) ?? '', args, ...sortArguments(word, args) };
  });
  const [command, ...started] = calls;
  if (command === undefined || writers.has(command.name)) return calls.slice(0, 1);
  const isStarted = (call: Call, index: number) => {
    if (namingOptions.has(words[index]?.lead ?? '')) return false;
    // Every program may start a shell, so `sh -c` is looked for everywhere; words as `eval` only where a program starts.
    return starters.has(command.name) ? readsCode(call.name) : canRunCode(call.name) && call.code.length > 0;
  };
  return [command, ...started.filter(isStarted)];
}

/** Programs that only write what they are given. */
const writers = new Set(['echo', 'printf', 'logger', 'wall', 'true', ':', 'test', '[', 'grep']);
/** Programs that start the program named in their arguments. */
const starters = new Set(
  (
    'command builtin exec sudo doas nohup nice ionice time timeout env setsid stdbuf xargs chroot busybox toybox unshare ' +
    'nsenter su runuser flock script sg sshpass setpriv strace systemd-run ssh taskset chrt prlimit find fakeroot coproc'
  ).split(' '),
);
/** Options of such programs behind which a name is not that of a program. */
const namingOptions = new Set([
  '--name',
  '--hostname',
  '--network',
  '--user',
  '--group',
  '-name',
  '-iname',
  '-user',
  '-u',
]);

function canRunCode(name: string): boolean {
  return isShell(name) || ['python3', 'python', 'perl', 'ruby', 'php', 'node'].includes(name);
}

function problemOf({ name }: Call): string {
  if (name === 'sed') return 'is read as code by sed, which can run commands; write the file with a here-document';
  if (/^[gmn]?awk$/.test(name)) return `is read as code by ${name}; write ENVIRON["VALUE"] there`;
  if (/^python/.test(name)) return `is read as code by ${name}; write os.environ["VALUE"] there`;
  if (name === 'eval' || name === 'trap')
    return `is read as code by ${name}; use single quotes and write "$VALUE" there`;
  if (['ssh', 'rsh'].includes(name))
    return `is read as code by the shell behind ${name}; send it as a file or as input`;
  return `is read as code by ${name || 'a shell'}${isShell(name) ? ' -c' : ''}; use single quotes and write "$VALUE" there`;
}

function readsInput({ name, args, operands, code }: Call): boolean {
  const [source] = operands;
  const isInput = source?.isLiteral === true && /^(-|\/dev\/(stdin|fd\/0))$/.test(source.lead);
  if (['at', 'batch', 'parallel'].includes(name)) return true;
  // Behind the host stands a command, for which the input is data.
  if (name === 'ssh' || name === 'rsh') return operands.length < 2;
  if (['.', 'source', 'crontab'].includes(name)) return isInput;
  if (!canRunCode(name) || code.length > 0) return false;
  return source === undefined || isInput || (isShell(name) && args.some(({ lead }) => /^-[A-Za-z]*s/.test(lead)));
}

/** `bash <(…)`: scripts that a substitution writes. */
function generatedScripts({ name, operands }: Call): ShellWord[] {
  if (!canRunCode(name) && name !== '.' && name !== 'source') return [];
  return operands.filter(({ node }) => node.type === 'Word' && /^<\(/.test(node.text));
}

/** The words that name the program, where they are nothing but a value. */
function programsOf(words: ShellWord[]): ShellWord[] {
  const [first, ...rest] = words;
  if (first === undefined) return [];
  const skipped = runners[programName(first) ?? ''];
  const isLookUp = rest[0]?.isLiteral === true && /^-[vV]$/.test(rest[0].lead);
  if (skipped === undefined || isLookUp) return first.isOnlyExpansion ? [first] : [];
  const program = rest.find(({ lead }, index) => {
    const before = rest[index - 1];
    return !/^-|^\w+=/.test(lead) && !(before?.isLiteral && skipped.test(before.lead));
  });
  return program?.isOnlyExpansion ? [program] : [];
}

/** Programs that run their first operand, with those of their options that have a value. */
const runners: Record<string, RegExp> = {
  command: /^$/,
  builtin: /^$/,
  exec: /^-a$/,
  nohup: /^$/,
  setsid: /^$/,
  sudo: /^-[ugpCTRDhrt]$/,
  doas: /^-[uC]$/,
  env: /^-[uC]$/,
  nice: /^-n$/,
};

/** Arguments that a builtin takes for names: bash evaluates what looks like an element of an array there. */
function evaluatedNames({ name, args }: Call): ShellWord[] {
  const behind = (option: RegExp) => args.filter((_word, index) => option.test(args[index - 1]?.lead ?? ''));
  switch (name) {
    case 'unset':
    case 'getopts':
    case 'mapfile':
    case 'readarray':
      return args;
    case 'read':
      return args.filter((word) => !behind(/^-[a-z]*[pdtnNui]$/).includes(word));
    case 'declare':
    case 'typeset':
    case 'local':
    case 'export':
    case 'readonly':
      // With -i a value is arithmetic, with -n it is the name of another variable.
      if (args.some(({ lead }) => /^-[A-Za-z]*[in]/.test(lead)) && name !== 'export') return args;
      return args.filter(({ lead, isLiteral }) => !isLiteral && !lead.includes('='));
    case 'printf':
    case 'test':
    case '[':
      return behind(/^-[vR]$/);
    case 'wait':
      return behind(/^-p$/);
    default:
      return [];
  }
}
