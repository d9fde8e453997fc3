import { memo, type ReactNode, useLayoutEffect, useRef } from 'react';
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

type TableRowProps<Row> = {
  row: Row;
  id: string;
  name: string | undefined;
  index: number;
  columns: Column<Row>[];
  isCurrent: boolean;
  /** Null where rows cannot be picked. */
  isPicked: boolean | null;
  /** Only the first column is filled. */
  isBrief: boolean;
  /** The row has the focus, and goes or shows another one now: the focus was not meant for that. */
  onLost: () => void;
};

function PlainTableRow<Row>(props: TableRowProps<Row>) {
  const { row, id, name, index, columns, isCurrent, isPicked, isBrief, onLost } = props;
  const element = useRef<HTMLDivElement>(null);
  const shownId = useRef(id);
  useLayoutEffect(() => {
    if (shownId.current === id) return;
    shownId.current = id;
    for (const cell of element.current?.children ?? []) cell.removeAttribute('title');
    if (element.current?.contains(document.activeElement)) onLost();
  }, [id, onLost]);
  // Otherwise Tab would go through all that is drawn, and leave out what is not.
  useLayoutEffect(() => {
    const place = isCurrent ? 0 : -1;
    for (const stop of element.current?.querySelectorAll<HTMLElement>('a, button') ?? [])
      if (stop.tabIndex !== place) stop.tabIndex = place;
  });
  useLayoutEffect(() => {
    const row = element.current;
    return () => {
      if (row?.contains(document.activeElement)) onLost();
    };
  }, [onLost]);
  return (
    <div
      ref={element}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isPicked ?? undefined}
      data-index={index}
      tabIndex={isCurrent ? 0 : -1}
      className={`${classes.row} ${isPicked ? classes.isSelected : ''}`}
    >
      {isPicked !== null && (
        <div role="gridcell" className={classes.cell}>
          {/* The browser's own: rows come and go with every frame that is scrolled. */}
          <input
            type="checkbox"
            className={classes.pick}
            tabIndex={-1}
            aria-label={name === undefined ? 'Pick' : `Pick ${name}`}
            checked={isPicked}
            onChange={ignore}
          />
        </div>
      )}
      {columns.map((column, place) => (
        <div key={column.id} role="gridcell" className={classes.cell}>
          {place === 0 || !isBrief ? column.cell(row) : ' '}
        </div>
      ))}
    </div>
  );
}

/** The table hears it. */
function ignore(): void {}

export const TableRow = memo(PlainTableRow) as typeof PlainTableRow;
