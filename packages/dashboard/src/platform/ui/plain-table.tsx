import { ActionIcon, Box, Button, Center, Table } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { PagedList } from '../api/pages.ts';
import { ErrorNote, LoadingNote } from './notes.tsx';
import { useIsNarrow } from './use-is-narrow.ts';

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
  /** Buttons of a row, at its end; below it where there is little room. */
  actions?: ((row: Row) => ReactNode) | undefined;
  /** What a row shows below itself where it is opened; null where there is no more of it. */
  detail?: (row: Row) => ReactNode | null;
  /** Stands there where the list is empty. */
  empty: ReactNode;
};

/** A table of some dozens of rows, with more where somebody asks for them. Where it is too wide, it scrolls by itself. */
export function PlainTable<Row>(props: PlainTableProps<Row>) {
  const { label, columns, list, rowId, actions, detail, empty } = props;
  const { items } = list;
  const isNarrow = useIsNarrow();
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
              {detail && <Table.Td />}
              {columns.map((column) => (
                <Table.Th key={column.title} {...shownFrom(column)}>
                  {column.title}
                </Table.Th>
              ))}
              {actions && !isNarrow && <Table.Td />}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((row) => (
              <PlainRow
                key={rowId(row)}
                row={row}
                columns={columns}
                actions={actions?.(row)}
                detail={detail}
                isNarrow={isNarrow}
              />
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

type PlainRowProps<Row> = {
  row: Row;
  columns: PlainColumn<Row>[];
  actions: ReactNode;
  detail: PlainTableProps<Row>['detail'] | undefined;
  isNarrow: boolean;
};

function PlainRow<Row>({ row, columns, actions, detail, isNarrow }: PlainRowProps<Row>) {
  const [isOpen, setOpen] = useState(false);
  const more = detail?.(row) ?? null;
  const hasOwnLine = isNarrow && Boolean(actions);
  return (
    <>
      <Table.Tr {...(hasOwnLine && { style: { borderBottom: 'none' } })}>
        {detail && (
          <Table.Td w={1}>
            {more !== null && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label="Show more of it"
                aria-expanded={isOpen}
                onClick={() => setOpen(!isOpen)}
              >
                {isOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
              </ActionIcon>
            )}
          </Table.Td>
        )}
        {columns.map((column) => (
          <Table.Td key={column.title} {...shownFrom(column)} style={{ overflowWrap: 'anywhere', minWidth: 90 }}>
            {column.cell(row)}
          </Table.Td>
        ))}
        {actions !== undefined && !isNarrow && (
          <Table.Td style={{ whiteSpace: 'nowrap', textAlign: 'right', width: 1 }}>{actions}</Table.Td>
        )}
      </Table.Tr>
      {hasOwnLine && (
        <Table.Tr>
          <Table.Td colSpan={columns.length + 1} pt={0} ta="right">
            {actions}
          </Table.Td>
        </Table.Tr>
      )}
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={columns.length + 2}>{more}</Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function shownFrom<Row>({ isSecondary }: PlainColumn<Row>) {
  return isSecondary ? { visibleFrom: 'sm' } : {};
}
