/** One command of a transcript with what it is said to print. */
export type Shown = { command: string; output: string };

/** The files and commands of a document, in their order: blocks of `console`, and blocks whose first line names a file. */
export type Part = { file: string; text: string } | Shown;

export function partsOf(markdown: string): Part[] {
  const blocks = [...markdown.matchAll(/^```(\S+)(?: (\S+))?\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, language, file, text = '']): Part[] => {
    if (file !== undefined) return [{ file, text }];
    return language === 'console' ? commandsIn(text) : [];
  });
}

/** What two runs have in common: times, sizes, sums, secrets and the width of columns differ. */
export function steady(output: string): string {
  return output
    .replace(/^dp-\S+: .* of \d+\n/gm, '')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, 'TIME')
    .replace(/[0-9a-f]{64}/g, 'SHA-256')
    .replace(/\d+(\.\d)? (B|KiB|MiB|bytes)\b/g, 'SIZE')
    .replace(/ {2,}/g, '  ')
    .trim();
}

/** Public ids in the order in which they stand in a text. */
export function idsIn(text: string): string[] {
  return text.match(/\b(dp|d|f|pt|tk)-[0-9a-z]{4}-[0-9a-z]{4}\b/g) ?? [];
}

function commandsIn(text: string): Shown[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((entry) => {
      const [command = '', ...output] = entry.split('\n');
      return { command, output: output.join('\n') };
    });
}
