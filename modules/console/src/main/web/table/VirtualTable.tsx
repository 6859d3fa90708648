import { Component, type ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import './table.css';
import { distanceToRow, rowByKey, rowsMoved, type Viewport, visibleRows, type Window } from './window';

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  /** A track of a CSS grid, such as `90px` or `minmax(120px, 2fr)`. */
  readonly width: string;
  readonly cell: (row: T) => ComponentChildren;
  /** Figures are aligned at the end. */
  readonly align?: 'end';
  /** The direction if the rows are sorted by this column, `null` if they can be, absent if they cannot. */
  readonly sorted?: 'ascending' | 'descending' | null;
  readonly onSort?: () => void;
  /** The CSS grid area of the cell on narrow screens, such as `1 / 2`, in three columns and two lines. Absent: not shown. */
  readonly narrow?: string;
}

/** What a page may ask of its table. */
export interface TableHandle {
  scrollToRow(index: number): void;
  focus(): void;
}

interface Props<T> {
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** Keep the same array while nothing changes: rows are rendered again if it is another one. */
  readonly columns: readonly Column<T>[];
  readonly rowHeight: number;
  readonly narrowRowHeight?: number;
  /** Number of rows including those that are not loaded; `null` if unknown. */
  readonly total: number | null;
  /** Index of the row with the focus, -1 if none. */
  readonly focused: number;
  readonly onFocus: (index: number) => void;
  readonly onOpen: (row: T, index: number) => void;
  /** Called whenever the visible rows change while few are left above or below. Ignore it while loading. */
  readonly onNearStart?: () => void;
  readonly onNearEnd?: () => void;
  /** Called with the visible rows when they change. */
  readonly onVisible?: (visible: Window) => void;
  /** Class names of a row, such as that of its status. */
  readonly rowClass?: (row: T) => string;
  /** Shown above and below the rows. */
  readonly before?: ComponentChildren;
  readonly after?: ComponentChildren;
  readonly label: string;
  readonly handle?: { current: TableHandle | null };
}

/** Rows rendered beyond the visible ones, so that scrolling does not show gaps. */
const OVERSCAN = 12;

/** More rows are asked for when fewer than this are left. */
const NEAR = 30;

const NARROW = '(max-width: 639px)';

/**
 * A grid of which only the visible rows exist. It scrolls in its own box, and what is visible stays where it is when
 * rows are added or removed above. Arrow keys, Page Up and Down, Home and End move the focus, Enter opens a row.
 */
export function VirtualTable<T>(props: Props<T>) {
  const { rows, rowKey, columns, focused } = props;
  const narrow = useNarrow();
  const rowHeight = narrow ? (props.narrowRowHeight ?? 60) : props.rowHeight;
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const [rendered, setRendered] = useState<Window>({ start: 0, end: Math.min(rows.length, 40) });
  const latest = useRef(props);
  latest.current = props;
  /** What was visible when the rows were last drawn: the anchor that stays in place. */
  const anchor = useRef({ keys: [] as string[], start: 0, rowHeight, offset: 0 });
  const reported = useRef<Window>({ start: -1, end: -1 });

  const viewport = (): Viewport => {
    const box = scroller.current!;
    const top = box.scrollTop - body.current!.offsetTop + header(box);
    return { top, height: box.clientHeight - header(box), rowHeight, count: latest.current.rows.length };
  };

  const update = () => {
    const view = viewport();
    const next = visibleRows(view, OVERSCAN);
    setRendered(old => (old.start === next.start && old.end === next.end ? old : next));
    const seen = visibleRows(view);
    const { rows, rowKey, onNearStart, onNearEnd, onVisible } = latest.current;
    anchor.current = {
      keys: rows.slice(seen.start, seen.end).map(rowKey),
      start: seen.start,
      rowHeight,
      offset: body.current!.offsetTop,
    };
    if (seen.start !== reported.current.start || seen.end !== reported.current.end) {
      reported.current = seen;
      onVisible?.(seen);
    }
    if (seen.start < NEAR) onNearStart?.();
    if (seen.end > rows.length - NEAR) onNearEnd?.();
  };

  // Before the browser paints: keep what was visible where it was.
  const drawn = useRef(rows);
  useLayoutEffect(() => {
    const { keys, start, rowHeight: oldHeight, offset } = anchor.current;
    const box = scroller.current!;
    // What is shown above the rows may have come or gone.
    if (box.scrollTop > 0) box.scrollTop += body.current!.offsetTop - offset;
    if (drawn.current !== rows && keys.length > 0) {
      const indexes = new Map(rows.map((row, index) => [rowKey(row), index]));
      const moved = rowsMoved(keys, start, key => indexes.get(key) ?? -1);
      if (moved === null) box.scrollTop = 0;
      else if (moved !== 0) box.scrollTop += moved * rowHeight;
    } else if (oldHeight !== rowHeight) {
      box.scrollTop = start * rowHeight;
    }
    drawn.current = rows;
    update();
  }, [rows, rowHeight, props.before]);

  useLayoutEffect(() => {
    const observer = new ResizeObserver(update);
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, [rowHeight]);

  const showRow = (index: number) => {
    const distance = distanceToRow(viewport(), index);
    if (distance !== 0) {
      scroller.current!.scrollTop += distance;
      update();
    }
  };

  const rowElement = (index: number) =>
    body.current!.querySelector<HTMLElement>(`[aria-rowindex="${index + FIRST_ROW_INDEX}"]`);

  // The focus follows the row that the page chose, unless the person is typing elsewhere.
  const moved = useRef(focused);
  useLayoutEffect(() => {
    if (moved.current === focused) return;
    moved.current = focused;
    if (focused < 0) return;
    const active = document.activeElement;
    const mayTake = !active || active === document.body || scroller.current!.contains(active);
    if (active?.closest('[role=row]')?.getAttribute('aria-rowindex') === String(focused + FIRST_ROW_INDEX)) return;
    showRow(focused);
    if (mayTake) rowElement(focused)?.focus({ preventScroll: true });
  }, [focused]);

  if (props.handle) {
    props.handle.current = {
      scrollToRow: index => {
        const box = scroller.current!;
        box.scrollTop = index === 0 ? 0 : body.current!.offsetTop - header(box) + index * rowHeight;
        update();
      },
      focus: () => rowElement(Math.max(0, focused))?.focus(),
    };
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== closestRow(event.target)) return;
    if (event.key === 'Enter' && focused >= 0 && rows[focused] !== undefined) {
      event.preventDefault();
      props.onOpen(rows[focused], focused);
      return;
    }
    const view = viewport();
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const target = rowByKey(event.key, focused, rows.length, page);
    if (target === null) return;
    event.preventDefault();
    props.onFocus(target);
  };

  const shown = narrow ? columns.filter(column => column.narrow) : columns;
  const indexes: number[] = [];
  for (let index = rendered.start; index < Math.min(rendered.end, rows.length); index++) indexes.push(index);
  // The row with the focus stays, otherwise scrolling it away would lose the focus.
  if (focused >= 0 && focused < rows.length && !indexes.includes(focused)) indexes.push(focused);
  const firstVisible = rendered.start === 0 ? 0 : rendered.start + OVERSCAN;
  const tabStop = focused >= 0 && focused < rows.length ? focused : firstVisible;

  return (
    <div class="table-scroller" ref={scroller} onScroll={update}>
      {props.before}
      <div
        class={narrow ? 'table narrow' : 'table'}
        role="grid"
        aria-label={props.label}
        aria-rowcount={props.total === null ? -1 : props.total + 1}
        aria-colcount={shown.length}
        style={{ '--columns': shown.map(column => column.width).join(' ') }}
        onKeyDown={onKeyDown}
      >
        <div class="table-head" role="row" aria-rowindex={1}>
          {shown.map(column => (
            <ColumnHeader key={column.id} column={column} />
          ))}
        </div>
        <div class="table-body" role="rowgroup" ref={body} style={{ height: `${rows.length * rowHeight}px` }}>
          {indexes.map(index => {
            const row = rows[index]!;
            return (
              <Row
                key={rowKey(row)}
                row={row}
                index={index}
                columns={shown}
                narrow={narrow}
                rowHeight={rowHeight}
                tabStop={index === tabStop}
                focused={index === focused}
                rowClass={props.rowClass?.(row) ?? ''}
                table={latest as { current: RowActions<unknown> }}
              />
            );
          })}
        </div>
      </div>
      {props.after}
    </div>
  );
}

/** The header is row 1 of the grid. */
const FIRST_ROW_INDEX = 2;

function ColumnHeader<T>({ column }: { column: Column<T> }) {
  const { sorted, onSort } = column;
  return (
    <div
      role="columnheader"
      class={column.align === 'end' ? 'end' : ''}
      data-column={column.id}
      {...(sorted !== undefined && { 'aria-sort': sorted ?? 'none' })}
    >
      {onSort ? (
        <button type="button" onClick={onSort}>
          {column.title}
          <span class="sort-mark" aria-hidden="true">
            {sorted === 'ascending' ? '↑' : sorted === 'descending' ? '↓' : ''}
          </span>
        </button>
      ) : (
        column.title
      )}
    </div>
  );
}

interface RowActions<T> {
  readonly onFocus: (index: number) => void;
  readonly onOpen: (row: T, index: number) => void;
}

interface RowProps<T> {
  readonly row: T;
  readonly index: number;
  readonly columns: readonly Column<T>[];
  readonly narrow: boolean;
  readonly rowHeight: number;
  readonly tabStop: boolean;
  readonly focused: boolean;
  readonly rowClass: string;
  readonly table: { readonly current: RowActions<unknown> };
}

/** Rendered again only if one of its properties is another object. */
class Row<T> extends Component<RowProps<T>> {
  override shouldComponentUpdate(next: RowProps<T>): boolean {
    const now = this.props;
    return (
      next.row !== now.row ||
      next.index !== now.index ||
      next.tabStop !== now.tabStop ||
      next.focused !== now.focused ||
      next.rowClass !== now.rowClass ||
      next.rowHeight !== now.rowHeight ||
      next.narrow !== now.narrow ||
      !sameItems(next.columns, now.columns)
    );
  }

  override render() {
    const { row, index, columns, narrow, rowHeight, tabStop, focused, rowClass, table } = this.props;
    return (
      <div
        class={`table-row ${focused ? 'focused ' : ''}${rowClass}`}
        role="row"
        aria-rowindex={index + FIRST_ROW_INDEX}
        tabIndex={tabStop ? 0 : -1}
        style={{ height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}
        onFocusIn={() => table.current.onFocus(index)}
        onClick={event => {
          if (isPlain(event)) table.current.onOpen(row, index);
        }}
      >
        {columns.map(column => (
          <div
            key={column.id}
            role="gridcell"
            class={column.align === 'end' ? 'end' : ''}
            data-column={column.id}
            {...(narrow && { style: { gridArea: column.narrow } })}
          >
            {column.cell(row)}
          </div>
        ))}
      </div>
    );
  }
}

/** Whether a click means to open the row: not one on a link or button, and not the end of a selection of text. */
function isPlain(event: MouseEvent): boolean {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  if ((event.target as Element).closest('a, button, input, select, label')) return false;
  return !String(document.getSelection() ?? '');
}

function closestRow(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest('.table-row') : null;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((item, index) => item === b[index]));
}

/** The height of the header row, which covers rows. */
function header(box: HTMLElement): number {
  return box.querySelector<HTMLElement>('.table-head')?.offsetHeight ?? 0;
}

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useLayoutEffect(() => {
    const query = matchMedia(NARROW);
    const onChange = () => setNarrow(query.matches);
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);
  return narrow;
}
