import { describe, expect, it } from 'vitest';
import { type Column, fieldsText, tableText } from './table.rules.ts';

type Pump = { name: string; litres: number; state: string };
const pumps: Pump[] = [
  { name: 'pump-1', litres: 5, state: 'online' },
  { name: 'the\u001b[2J pump', litres: 1200, state: 'offline' },
];
const columns: Column<Pump>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'LITRES', cell: ({ litres }) => litres },
  { title: 'STATE', cell: ({ state }) => ({ text: state, colour: state === 'online' ? 'green' : null }) },
];

describe('a table', () => {
  it('is aligned, with numbers on the right, and cannot be broken by what is in it', () => {
    expect(tableText(columns, pumps, false)).toBe(
      ['NAME             LITRES  STATE', 'pump-1                5  online', 'the\\x1b[2J pump    1200  offline'].join(
        '\n',
      ),
    );
  });

  it('is as wide with colours as without', () => {
    const coloured = tableText(columns, pumps, true);
    expect(coloured).toContain('\u001b[32monline\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(tableText(columns, pumps, false));
  });
});

describe('fields', () => {
  it('leave out what there is not', () => {
    expect(
      fieldsText(
        [
          ['Name', 'pump-1'],
          ['Comment', ''],
          ['Paused', null],
        ],
        false,
      ),
    ).toBe('Name:  pump-1');
  });
});
