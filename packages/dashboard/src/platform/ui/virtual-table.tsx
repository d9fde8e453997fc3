import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { PagedList } from '../api/pages.ts';
import { type Drawing, isFlying, nextDrawing, nothingDrawn } from './drawn-rows.rules.ts';
import { ErrorNote, LoadingNote } from './notes.tsx';
import { type Column, TableRow } from './table-row.tsx';
import { useIsNarrow } from './use-is-narrow.ts';
import classes from './virtual-table.module.css';

/** Which rows are picked, by id. */
export type Selection = { ids: ReadonlySet<string>; toggle: (id: string) => void; toggleAll: () => void };

type VirtualTableProps<Row> = {
  /** What the rows are, for those who hear the page. */
  label: string;
  columns: Column<Row>[];
  list: PagedList<Row>;
  rowId: (row: Row) => string;
  /** What a row is called where it can be picked. */
  rowName?: (row: Row) => string;
  /** How many there are in all, where that is known. */
  total?: number | undefined;
  selection?: Selection | undefined;
  /** Told the rows that are drawn, from the first to the last, as they change. */
  onSight?: (first: number, last: number) => void;
  /** Stands there where the list is empty. */
  empty: ReactNode;
  /** CSS height that the table has at most. */
  height?: string;
  /** Cells are one line of text, and keep no state: rows that were scrolled out of sight may be filled with others. */
  hasPlainCells?: boolean;
  /** A click anywhere in a row follows its first link, as Enter does. */
  isOpenedByRow?: boolean;
};

/** The same as in the styles. */
const rowHeight = 40;

/**
 * A table of any length: only rows in sight are drawn, and more are read when the end comes near. By keyboard: arrows,
 * Page, Home and End move, Enter follows the row's first link, Space picks the row. Tab goes to the current row and to
 * what can be done in it, and past all others.
 */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { label, list, rowId, total, selection, onSight, empty, hasPlainCells = false, isOpenedByRow = false } = props;
  const { rowName, height = 'max(320px, calc(100dvh - 280px))' } = props;
  const isNarrow = useIsNarrow();
  const columns = useMemo(
    () => props.columns.filter((column) => !isNarrow || !column.isSecondary),
    [props.columns, isNarrow],
  );
  const frame = useRef<HTMLDivElement>(null);
  const { items, hasMore, loadMore } = list;
  const [chosen, setCurrent] = useState(0);
  const current = Math.min(chosen, items.length - 1);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 3,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= items.length - 50) loadMore();
  }, [hasMore, last, items.length, loadMore]);

  const first = shown[0]?.index ?? 0;
  useEffect(() => onSight?.(first, last), [onSight, first, last]);

  const drawn = shown.length === 0 ? [] : items.slice(first, last + 1);
  const drawing = useRef<Drawing>(nothingDrawn);
  drawing.current = nextDrawing(drawing.current, drawn.map(rowId), rows.isScrolling);
  /** The row to which the focus is on its way. */
  const heading = useRef<number | null>(null);
  const takeFocus = useCallback(() => frame.current?.focus({ preventScroll: true }), []);

  const tracks = `${selection ? '40px ' : ''}${columns.map((column) => column.width).join(' ')}`;
  const goTo = useCallback(
    (index: number) => {
      const target = Math.max(0, Math.min(items.length - 1, index));
      setCurrent(target);
      rows.scrollToIndex(target);
      const focusRow = () => {
        const row = frame.current?.querySelector<HTMLElement>(`[data-index="${target}"]`);
        row?.focus();
        return row !== null;
      };
      // At once where it can be: the next key is meant for this row, and not for one that the focus was on its way to.
      heading.current = null;
      if (focusRow()) return;
      heading.current = target;
      // The row is only drawn after the scroll.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          if (heading.current !== target) return;
          heading.current = null;
          focusRow();
        }),
      );
    },
    [items.length, rows],
  );

  function pick(place: number | null) {
    const row = items[place ?? -1];
    if (row !== undefined) selection?.toggle(rowId(row));
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const target = event.target as HTMLElement;
    const isRow = target.getAttribute('role') === 'row';
    // A click on the box of a row leaves the focus in it.
    const isBox = target.matches('[data-index] input');
    if (!isRow && !isBox && target !== frame.current) return;
    // Rows may have come or gone above the one with the focus.
    const at = heading.current ?? placeOf(target) ?? current;
    const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? rowHeight) / rowHeight) - 2);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: items.length - 1,
    };
    const next = moves[event.key];
    if (next !== undefined) goTo(next);
    else if ((isRow || isBox) && event.key === 'Enter')
      frame.current?.querySelector<HTMLElement>(`[data-index="${at}"] a`)?.click();
    else if (isRow && event.key === ' ' && selection) pick(at);
    else return;
    event.preventDefault();
  }

  const isAllPicked = useMemo(
    () => selection !== undefined && items.every((row) => selection.ids.has(rowId(row))),
    [items, rowId, selection],
  );
  if (list.isLoading) return <LoadingNote what={`Loading ${label}`} />;
  if (list.error && items.length === 0) return <ErrorNote error={list.error} onRetry={list.reload} />;
  if (items.length === 0) return <>{empty}</>;
  return (
    <>
      <div
        ref={frame}
        className={`${classes.frame} ${hasPlainCells ? classes.isPlain : ''} ${isOpenedByRow ? classes.isOpened : ''}`}
        style={{ maxHeight: height, '--tracks': tracks, '--rows-height': `${rows.getTotalSize()}px` } as CSSProperties}
        role="grid"
        aria-label={label}
        aria-rowcount={(total ?? items.length) + 1}
        aria-multiselectable={selection ? true : undefined}
        onKeyDown={onKeyDown}
        onMouseMove={showWholeText}
        onClick={isOpenedByRow ? followRow : undefined}
        // The way in by keyboard is the current row, unless that was scrolled out of sight.
        tabIndex={current >= first && current <= last ? -1 : 0}
      >
        <div role="row" aria-rowindex={1} className={classes.head} tabIndex={-1}>
          {selection && (
            <div role="columnheader" className={classes.headCell}>
              {/* The same as that of the rows. */}
              <input
                type="checkbox"
                className={classes.pick}
                aria-label="Pick all that are loaded"
                checked={isAllPicked}
                ref={(box) => {
                  if (box) box.indeterminate = !isAllPicked && selection.ids.size > 0;
                }}
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
        {/* Rows have no listeners of their own, which they would be given anew with everything that they show. */}
        <div
          role="rowgroup"
          className={classes.rows}
          style={{ height: rows.getTotalSize() }}
          onFocus={({ target }) => setCurrent(placeOf(target) ?? current)}
          onChange={({ target }) => pick(placeOf(target))}
        >
          <div role="presentation" style={{ transform: `translateY(${shown[0]?.start ?? 0}px)` }}>
            {drawn.map((row, place) => {
              const id = rowId(row);
              const index = first + place;
              return (
                <TableRow
                  key={hasPlainCells ? drawing.current.keys.get(id) : id}
                  row={row}
                  id={id}
                  name={rowName?.(row)}
                  index={index}
                  columns={columns}
                  isCurrent={index === current}
                  isPicked={selection?.ids.has(id) ?? null}
                  isBrief={hasPlainCells && isFlying(drawing.current)}
                  onLost={takeFocus}
                />
              );
            })}
          </div>
        </div>
      </div>
      {list.error !== null && list.error !== undefined && <ErrorNote error={list.error} onRetry={list.reload} />}
    </>
  );
}

/** The number of the row that an element is in; null for one in a dialog that a row has opened. */
function placeOf(target: EventTarget): number | null {
  const place = (target as Element).closest('[data-index]')?.getAttribute('data-index');
  return place === null || place === undefined ? null : Number(place);
}

/** What is pressed itself, and text that somebody marks, is left alone. */
function followRow({ target, ctrlKey, metaKey }: MouseEvent<HTMLDivElement>): void {
  const pressed = target as HTMLElement;
  if (pressed.closest('a, button, input') !== null || !window.getSelection()?.isCollapsed) return;
  const link = pressed.closest('[data-index]')?.querySelector('a');
  if (!link) return;
  if (ctrlKey || metaKey) window.open(link.href, '_blank', 'noopener');
  else link.click();
}

/** A cell whose text is cut off shows all of it where the pointer rests. */
function showWholeText({ target }: { target: EventTarget }): void {
  const cell = (target as HTMLElement).closest<HTMLElement>('[role=gridcell]');
  if (cell) cell.title = cell.scrollWidth > cell.clientWidth ? cell.innerText : '';
}
