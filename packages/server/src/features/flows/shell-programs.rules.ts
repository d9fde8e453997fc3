import { programName, type ShellWord } from './shell-words.rules.ts';

/** What a program makes of its arguments. */
export type Arguments = {
  /** What it reads as code. */
  code: ShellWord[];
  /** What is neither an option nor the value of one; for an interpreter the first is its script. */
  operands: ShellWord[];
};

/** Programs and builtins that read arguments, or else their input, as code. */
export function readsCode(name: string): boolean {
  return Object.hasOwn(grammars, name);
}

export function isShell(name: string): boolean {
  return shells.has(name);
}

/** Sorts the arguments of a program. A program that is not known has no code among them. */
export function sortArguments(program: ShellWord, args: ShellWord[]): Arguments {
  const name = programName(program) ?? (namesShell(program) ? 'sh' : '');
  const grammar = Object.hasOwn(grammars, name) ? grammars[name] : undefined;
  return grammar === undefined ? { code: [], operands: args } : sort(args, grammar);
}

type Grammar = {
  /** A short option whose value is code: in the rest of the word, or in the next one. */
  code?: RegExp;
  longCode?: string[];
  /** Options whose value stands in the next word. */
  withValue?: RegExp;
  /** Options that name a file with the code: then no operand is code. */
  file?: RegExp;
  /** Which operands are code where no option gave any. */
  operandCode?: 'first' | 'second' | 'all';
  /** The code behind `-c` is the first operand, with further options between. */
  isCodeOperand?: true;
  /** Options end where the first operand stands: all behind it are arguments of the script. */
  endsAtOperand?: true;
};

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'zsh', 'rbash']);
const shell: Grammar = {
  code: /^-[A-Za-z]*c[A-Za-z]*$/,
  withValue: /^([-+][A-Za-z]*[oO]|--rcfile|--init-file)$/,
  isCodeOperand: true,
  endsAtOperand: true,
};
const asUser: Grammar = {
  code: /^-[lmpPqaef]*c/,
  longCode: ['--command', '--session-command'],
  withValue: /^(-[gGsuwTEIOBo]|--group|--supp-group|--shell|--user|--whitelist-environment)$/,
};
const python: Grammar = { code: /^-[bBdEiIOPqsSuvx]*c/, withValue: /^-[WX]$/, endsAtOperand: true };
const awk: Grammar = {
  code: /^-e/,
  longCode: ['--source'],
  withValue: /^(-[vFil]|--assign|--field-separator|--include|--load)$/,
  file: /^(-[fE]|--file|--exec)/,
  operandCode: 'first',
};
const all: Grammar = { operandCode: 'all' };

const grammars: Record<string, Grammar> = {
  ...Object.fromEntries([...shells].map((name) => [name, shell])),
  su: asUser,
  runuser: asUser,
  flock: asUser,
  script: asUser,
  sg: { ...asUser, operandCode: 'second' },
  env: { code: /^-[iv0]*S/, longCode: ['--split-string'], withValue: /^-[uC]$/, endsAtOperand: true },
  python,
  python2: python,
  python3: python,
  perl: { code: /^-[acflnpsStTuUwWX0-9i]*[eE]/, withValue: /^-I$/, endsAtOperand: true },
  ruby: { code: /^-[aclnpsSvwWx0-9i]*e/, withValue: /^-[IrCE]$/, endsAtOperand: true },
  node: {
    code: /^-(e|pe?)$/,
    longCode: ['--eval', '--print'],
    withValue: /^(-r|--require|--import|-C|--conditions|--loader|--input-type)$/,
    endsAtOperand: true,
  },
  php: { code: /^-[rBRE]/, longCode: ['--run'], withValue: /^-[dcSt]$/, endsAtOperand: true },
  lua: { code: /^-e/, withValue: /^-l$/, endsAtOperand: true },
  awk,
  gawk: awk,
  mawk: awk,
  nawk: awk,
  sed: {
    code: /^-[nErsuz]*e/,
    longCode: ['--expression'],
    withValue: /^(-l|--line-length)$/,
    file: /^(-[nErsuz]*f|--file)/,
    operandCode: 'first',
  },
  trap: { operandCode: 'first' },
  ssh: { withValue: /^-[BbcDEeFIiJLlmOopQRSWw]$/, operandCode: 'all' },
  ...Object.fromEntries(
    ['eval', 'let', 'alias', 'complete', 'compgen', 'bind', 'rsh', 'watch', 'parallel'].map((name) => [name, all]),
  ),
};

function sort(args: ShellWord[], grammar: Grammar): Arguments {
  const code: ShellWord[] = [];
  const operands: ShellWord[] = [];
  let next: 'code' | 'value' | 'any' = 'any';
  let [areOptionsOver, hasCode, hasFile] = [false, false, false];
  for (const word of args) {
    const { lead, isLiteral } = word;
    if (next !== 'any') {
      if (next === 'code') code.push(word);
      next = 'any';
    } else if (areOptionsOver || !/^[-+]./.test(lead)) {
      operands.push(word);
      // An expansion may stand for options: what comes behind it is still looked at.
      areOptionsOver ||= grammar.endsAtOperand === true && !word.isOnlyExpansion;
    } else if (lead === '--') {
      areOptionsOver = true;
    } else {
      const value = codeStandsAt(word, grammar);
      hasCode ||= value.isCode;
      hasFile ||= grammar.file?.test(lead) ?? false;
      if (value.isCode && value.stands === 'here') code.push(word);
      if (value.isCode && value.stands === 'next' && !grammar.isCodeOperand) next = 'code';
      if (isLiteral && grammar.withValue?.test(lead)) next = 'value';
    }
  }
  if (grammar.isCodeOperand && hasCode) code.push(...operands.splice(0, 1));
  if (grammar.operandCode === 'all') code.push(...args);
  if (grammar.operandCode === 'first' && !hasCode && !hasFile) code.push(...operands.splice(0, 1));
  if (grammar.operandCode === 'second' && !hasCode) code.push(...operands.splice(1, 1));
  return { code, operands };
}

function codeStandsAt({ lead, isLiteral }: ShellWord, grammar: Grammar): { isCode: boolean; stands: 'here' | 'next' } {
  const long = grammar.longCode?.find((option) => lead === option || lead.startsWith(`${option}=`));
  if (long) return { isCode: true, stands: isLiteral && lead === long ? 'next' : 'here' };
  const match = grammar.code?.exec(lead);
  if (!match) return { isCode: false, stands: 'here' };
  return { isCode: true, stands: isLiteral && match[0] === lead ? 'next' : 'here' };
}

/** `"$SHELL"`, `${BASH:-sh}`: not known before it runs, and still a shell. */
function namesShell({ node, lead }: ShellWord): boolean {
  return lead === '' && node.type === 'Word' && /\b(SHELL|BASH|sh|bash|dash|ash)\b/.test(node.text);
}
