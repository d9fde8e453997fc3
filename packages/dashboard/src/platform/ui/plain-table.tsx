import { Box, Button, Center, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PagedList } from '../api/pages.ts';
import { ErrorNote, LoadingNote } from './notes.tsx';

/** One column of a short list. */
export type PlainColumn<Row> = {
  title: string;
  cell: (row: Row) => ReactNode;
  /** Left out where there is little room. */
  isSecondary?: boolean;
};

type PlainTableProps<Row> = {
  /** What the rows are, for those who hear the page. */
  label: string;
  columns: PlainColumn<Row>[];
  list: PagedList<Row>;
  rowId: (row: Row) => string;
  /** Buttons of a row, at its end. */
  actions?: ((row: Row) => ReactNode) | undefined;
  /** Stands there where the list is empty. */
  empty: ReactNode;
};

/** A table of some dozens of rows, with more where somebody asks for them. Where it is too wide, it scrolls by itself. */
export function PlainTable<Row>({ label, columns, list, rowId, actions, empty }: PlainTableProps<Row>) {
  const { items } = list;
  if (list.isLoading) return <LoadingNote what={`Loading ${label}`} />;
  if (list.error && items.length === 0) return <ErrorNote error={list.error} onRetry={list.reload} />;
  if (items.length === 0) return <>{empty}</>;
  return (
    <>
      <Box
        component="section"
        aria-label={`${label}, a table`}
        // What scrolls can be scrolled by keyboard.
        tabIndex={0}
        style={{ overflowX: 'auto', border: '1px solid var(--line)', borderRadius: 4 }}
      >
        <Table verticalSpacing="xs" aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column.title} {...shownFrom(column)}>
                  {column.title}
                </Table.Th>
              ))}
              {actions && <Table.Td />}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((row) => (
              <Table.Tr key={rowId(row)}>
                {columns.map((column) => (
                  <Table.Td
                    key={column.title}
                    {...shownFrom(column)}
                    style={{ overflowWrap: 'anywhere', minWidth: 90 }}
                  >
                    {column.cell(row)}
                  </Table.Td>
                ))}
                {actions && (
                  <Table.Td style={{ whiteSpace: 'nowrap', textAlign: 'right', width: 1 }}>{actions(row)}</Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Box>
      {list.error !== null && list.error !== undefined && <ErrorNote error={list.error} onRetry={list.reload} />}
      {list.hasMore && (
        <Center mt="sm">
          <Button variant="default" onClick={list.loadMore} loading={list.isLoadingMore}>
            Show more
          </Button>
        </Center>
      )}
    </>
  );
}

function shownFrom<Row>({ isSecondary }: PlainColumn<Row>) {
  return isSecondary ? { visibleFrom: 'sm' } : {};
}
