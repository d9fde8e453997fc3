import type { Assignment, Command, Word, WordPart } from 'unbash';

/** A word of a command: its name, or an argument, which for `export` and its like can be an assignment. */
export type ShellWord = {
  node: Word | Assignment;
  /** The text without its quotes, as far as it is known before it runs. */
  lead: string;
  /** Nothing of it is put in by an expansion, so that `lead` is all of it. */
  isLiteral: boolean;
  /** Nothing of it is known before it runs. */
  isOnlyExpansion: boolean;
};

/** The name and the arguments of a command, in order, without assignments before it and redirections. */
export function wordsOf(command: Command): ShellWord[] {
  const all = command.name ? [command.name, ...command.args] : command.args;
  return all.map((node) => (node.type === 'Word' ? wordOf(node) : assignmentWord(node)));
}

/** The program that a word names, without its folder; null where that is not known before it runs. */
export function programName({ lead, isLiteral }: ShellWord): string | null {
  return isLiteral ? (lead.split('/').at(-1) ?? null) : null;
}

function wordOf(node: Word): ShellWord {
  const pieces = node.parts ? node.parts.flatMap(piecesOf) : [node.value];
  const firstUnknown = pieces.indexOf(null);
  return {
    node,
    lead: (firstUnknown === -1 ? pieces : pieces.slice(0, firstUnknown)).join(''),
    isLiteral: firstUnknown === -1,
    isOnlyExpansion: pieces.length > 0 && pieces.every((piece) => piece === null),
  };
}

function assignmentWord(node: Assignment): ShellWord {
  const value = node.value.type === 'Word' ? wordOf(node.value) : null;
  return {
    node,
    lead: `${node.name}=${value?.lead ?? ''}`,
    isLiteral: node.index === undefined && (value?.isLiteral ?? false),
    isOnlyExpansion: false,
  };
}

/** The known texts of a part of a word; null stands for what an expansion puts in. */
function piecesOf(part: WordPart): (string | null)[] {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
    case 'Glob':
      return [part.value];
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.flatMap(piecesOf);
    default:
      return [null];
  }
}
