import { Checkbox } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { PagedList } from '../api/pages.ts';
import { ErrorNote, LoadingNote } from './notes.tsx';
import classes from './virtual-table.module.css';

/** One column: `width` as a track of CSS grid, as `120px` or `minmax(160px, 2fr)`. */
export type Column<Row> = {
  id: string;
  title: string;
  width: string;
  cell: (row: Row) => ReactNode;
  /** Left out where there is little room. */
  isSecondary?: boolean;
};

/** Which rows are picked, by id. */
export type Selection = { ids: ReadonlySet<string>; toggle: (id: string) => void; toggleAll: () => void };

type VirtualTableProps<Row> = {
  /** What the rows are, for those who hear the page. */
  label: string;
  columns: Column<Row>[];
  list: PagedList<Row>;
  rowId: (row: Row) => string;
  /** How many there are in all, where that is known. */
  total?: number | undefined;
  selection?: Selection | undefined;
  /** Told the rows that are drawn, from the first to the last, as they change. */
  onSight?: (first: number, last: number) => void;
  /** Stands there where the list is empty. */
  empty: ReactNode;
  /** CSS height that the table has at most. */
  height?: string;
};

const rowHeight = 40;

/**
 * A table of any length: only rows in sight are drawn, and more are read when the end comes near. By keyboard: arrows,
 * Page, Home and End move, Enter follows the row's first link, Space picks the row.
 */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { label, list, rowId, total, selection, onSight, empty, height = 'max(320px, calc(100dvh - 280px))' } = props;
  const isNarrow = useMediaQuery('(max-width: 48em)') ?? false;
  const columns = useMemo(
    () => props.columns.filter((column) => !isNarrow || !column.isSecondary),
    [props.columns, isNarrow],
  );
  const frame = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const { items, hasMore, loadMore } = list;
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= items.length - 50) loadMore();
  }, [hasMore, last, items.length, loadMore]);

  const first = shown[0]?.index ?? 0;
  useEffect(() => onSight?.(first, last), [onSight, first, last]);

  const tracks = `${selection ? '40px ' : ''}${columns.map((column) => column.width).join(' ')}`;
  const goTo = useCallback(
    (index: number) => {
      const target = Math.max(0, Math.min(items.length - 1, index));
      setCurrent(target);
      rows.scrollToIndex(target);
      // The row may only be drawn after the scroll.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-index="${target}"]`)?.focus()),
      );
    },
    [items.length, rows],
  );

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const row = event.target as HTMLElement;
    if (row.getAttribute('role') !== 'row') return;
    const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? rowHeight) / rowHeight) - 2);
    const moves: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: items.length - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) goTo(target);
    else if (event.key === 'Enter') row.querySelector('a')?.click();
    else if (event.key === ' ' && selection) toggle(items[current], selection, rowId);
    else return;
    event.preventDefault();
  }

  if (list.isLoading) return <LoadingNote what={`Loading ${label}`} />;
  if (list.error && items.length === 0) return <ErrorNote error={list.error} onRetry={list.reload} />;
  if (items.length === 0) return <>{empty}</>;
  const isAllPicked = selection !== undefined && items.every((row) => selection.ids.has(rowId(row)));
  return (
    <>
      <div
        ref={frame}
        className={classes.frame}
        style={{ maxHeight: height }}
        role="grid"
        aria-label={label}
        aria-rowcount={(total ?? items.length) + 1}
        aria-multiselectable={selection ? true : undefined}
        onKeyDown={onKeyDown}
        tabIndex={-1}
      >
        <div
          role="row"
          aria-rowindex={1}
          className={classes.head}
          style={{ gridTemplateColumns: tracks }}
          tabIndex={-1}
        >
          {selection && (
            <div role="columnheader" className={classes.headCell}>
              <Checkbox
                size="xs"
                aria-label="Pick all that are loaded"
                checked={isAllPicked}
                indeterminate={!isAllPicked && selection.ids.size > 0}
                onChange={selection.toggleAll}
              />
            </div>
          )}
          {columns.map((column) => (
            <div key={column.id} role="columnheader" className={classes.headCell}>
              {column.title}
            </div>
          ))}
        </div>
        <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {shown.map(({ index, start }) => {
            const row = items[index];
            if (row === undefined) return null;
            const id = rowId(row);
            return (
              <TableRow
                key={id}
                row={row}
                id={id}
                index={index}
                start={start}
                tracks={tracks}
                columns={columns}
                isCurrent={index === Math.min(current, items.length - 1)}
                isPicked={selection?.ids.has(id) ?? null}
                onToggle={selection?.toggle}
                onFocus={setCurrent}
              />
            );
          })}
        </div>
      </div>
      {list.error !== null && list.error !== undefined && <ErrorNote error={list.error} onRetry={list.reload} />}
    </>
  );
}

type TableRowProps<Row> = {
  row: Row;
  id: string;
  index: number;
  start: number;
  tracks: string;
  columns: Column<Row>[];
  isCurrent: boolean;
  /** Null where rows cannot be picked. */
  isPicked: boolean | null;
  onToggle: ((id: string) => void) | undefined;
  onFocus: (index: number) => void;
};

function PlainTableRow<Row>(props: TableRowProps<Row>) {
  const { row, id, index, start, tracks, columns, isCurrent, isPicked, onToggle, onFocus } = props;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isPicked ?? undefined}
      data-index={index}
      tabIndex={isCurrent ? 0 : -1}
      className={`${classes.row} ${isPicked ? classes.isSelected : ''}`}
      style={{ transform: `translateY(${start}px)`, height: rowHeight, gridTemplateColumns: tracks }}
      onFocus={() => onFocus(index)}
    >
      {isPicked !== null && (
        <div role="gridcell" className={classes.cell}>
          {/* The browser's own: rows come and go with every frame that is scrolled. */}
          <input
            type="checkbox"
            className={classes.pick}
            tabIndex={-1}
            aria-label="Pick"
            checked={isPicked}
            onChange={() => onToggle?.(id)}
          />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={classes.cell}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}

const TableRow = memo(PlainTableRow) as typeof PlainTableRow;

function toggle<Row>(row: Row | undefined, selection: Selection, rowId: (row: Row) => string): void {
  if (row !== undefined) selection.toggle(rowId(row));
}
