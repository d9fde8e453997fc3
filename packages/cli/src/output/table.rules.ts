import { type Colour, paint, visibleText } from './visible-text.rules.ts';

export type Cell = string | number | null | { text: string; colour: Colour | null };
export type Column<Row> = { title: string; cell: (row: Row) => Cell };

/** An aligned table under its titles; numbers stand on the right. The last column is not filled up with blanks. */
export function tableText<Row>(columns: Column<Row>[], rows: Row[], isColoured: boolean): string {
  const body = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...body.map((cells) => widthOf(textOf(cells[index] ?? null)))),
  );
  const titles = columns.map(({ title }, index) => {
    const isNumeric = body.some((cells) => typeof cells[index] === 'number');
    return isNumeric ? title.padStart(widths[index] ?? 0) : title;
  });
  return [titles, ...body].map((cells) => lineOf(cells, widths, isColoured)).join('\n');
}

/** Names and what they stand for, one in a line; what is null or empty is left out. */
export function fieldsText(fields: [string, Cell][], isColoured: boolean): string {
  const shown = fields.filter(([, cell]) => cell !== null && cell !== '');
  const width = Math.max(...shown.map(([name]) => name.length)) + 1;
  return shown.map(([name, cell]) => lineOf([`${name}:`, cell], [width, 0], isColoured)).join('\n');
}

function lineOf(cells: Cell[], widths: number[], isColoured: boolean): string {
  return cells
    .map((cell, index) => {
      const text = textOf(cell);
      const blanks = ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(text)));
      if (typeof cell === 'number') return blanks + text;
      return index === cells.length - 1 ? painted(cell, isColoured) : painted(cell, isColoured) + blanks;
    })
    .join('  ')
    .trimEnd();
}

function textOf(cell: Cell): string {
  if (cell === null) return '-';
  return visibleText(typeof cell === 'object' ? cell.text : String(cell));
}

function painted(cell: Cell, isColoured: boolean): string {
  const colour = typeof cell === 'object' ? cell?.colour : null;
  return isColoured && colour ? paint(textOf(cell), colour) : textOf(cell);
}

function widthOf(text: string): number {
  return [...text].length;
}
