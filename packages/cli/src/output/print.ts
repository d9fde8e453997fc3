import { type Cell, type Column, fieldsText, tableText } from './table.rules.ts';
import { visibleJson, visibleLines, visibleOutput } from './visible-text.rules.ts';

/** Whether standard output takes colours: a terminal whose user did not ask for none. */
function isColoured(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}

/** Prints lines in which nothing controls the terminal, wherever their words come from. */
export function print(text: string): void {
  process.stdout.write(`${isColoured() ? visibleOutput(text) : visibleLines(text)}\n`);
}

/** Prints a text as it is, for a file or another program; on a terminal nothing in it controls that. */
export function printSource(text: string): void {
  process.stdout.write(process.stdout.isTTY ? visibleLines(text) : text);
}

/** Prints what people may want to know and programs must not read. */
export function printNote(text: string): void {
  process.stderr.write(`${visibleLines(text)}\n`);
}

/** Prints the API's answer itself, or for people what `text` makes of it. */
export function printAnswer<Answer>(answer: Answer, { json }: { json?: true }, text: (answer: Answer) => string): void {
  print(json ? visibleJson(answer) : text(answer));
}

/** Prints a list as one JSON array, or as a table; `none` is what stands for an empty one. */
export function printList<Row>(rows: Row[], { json }: { json?: true }, columns: Column<Row>[], none: string): void {
  if (json) print(visibleJson(rows));
  else print(rows.length === 0 ? none : tableOf(columns, rows));
}

export function tableOf<Row>(columns: Column<Row>[], rows: Row[]): string {
  return tableText(columns, rows, isColoured());
}

export function fieldsOf(fields: [string, Cell][]): string {
  return fieldsText(fields, isColoured());
}
