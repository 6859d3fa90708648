// @vitest-environment happy-dom
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Column, type TableHandle, VirtualTable } from '../../../main/web/table/VirtualTable';

interface Row {
  readonly id: string;
  readonly name: string;
}

const rows = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, index) => ({ id: `id${from + index}`, name: `row ${from + index}` }));

let drawn: string[] = [];
const columns: readonly Column<Row>[] = [
  {
    id: 'name',
    title: 'Name',
    width: '1fr',
    cell: row => {
      drawn.push(row.id);
      return <a href="/elsewhere">{row.name}</a>;
    },
  },
  { id: 'id', title: 'ID', width: '80px', cell: row => row.id, align: 'end', sorted: 'ascending', onSort: () => {} },
];

let opened: string[] = [];
let visible = { start: -1, end: -1 };
const handle: { current: TableHandle | null } = { current: null };
let setRows: (rows: Row[]) => void;

function Page({ initial }: { initial: Row[] }) {
  const [shown, set] = useState(initial);
  const [focused, setFocused] = useState(-1);
  setRows = set;
  return (
    <VirtualTable
      rows={shown}
      rowKey={row => row.id}
      columns={columns}
      rowHeight={36}
      total={shown.length}
      focused={focused}
      onFocus={setFocused}
      onOpen={row => opened.push(row.id)}
      onVisible={next => {
        visible = next;
      }}
      label="Rows"
      handle={handle}
    />
  );
}

beforeEach(() => {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 360 });
  opened = [];
});

afterEach(() => render(null, document.body));

const scroller = () => document.querySelector<HTMLElement>('.table-scroller')!;
const elements = () => [...document.querySelectorAll<HTMLElement>('.table-row')];
const shown = () => elements().map(row => row.querySelector('a')!.textContent);
const open = (initial: Row[]) => act(() => render(<Page initial={initial} />, document.body));
const scrollTo = (top: number) =>
  act(() => {
    scroller().scrollTop = top;
    scroller().dispatchEvent(new Event('scroll'));
  });
const press = (key: string) =>
  act(() => {
    document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  });

test('renders only the rows near the visible ones', () => {
  open(rows(0, 1000));

  expect(shown().length).toBeLessThan(30);
  expect(visible).toEqual({ start: 0, end: 10 });

  scrollTo(500 * 36);

  expect(shown()).toContain('row 500');
  expect(shown().length).toBeLessThan(40);
  expect(visible).toEqual({ start: 500, end: 510 });
});

test('keeps what is visible in place when rows are added or removed above', () => {
  open(rows(100, 400));
  scrollTo(50 * 36 + 7);

  act(() => setRows(rows(0, 400)));
  expect(scroller().scrollTop).toBe(150 * 36 + 7);
  expect(shown()).toContain('row 150');

  act(() => setRows(rows(120, 400)));
  expect(scroller().scrollTop).toBe(30 * 36 + 7);
});

test('returns to the top if none of the visible rows is left', () => {
  open(rows(0, 400));
  scrollTo(3600);

  act(() => setRows(rows(1000, 1400)));

  expect(scroller().scrollTop).toBe(0);
});

test('renders only the row that changed', () => {
  const before = rows(0, 100);
  open(before);
  drawn = [];

  act(() => setRows(before.map(row => (row.id === 'id3' ? { ...row, name: 'changed' } : row))));

  expect(drawn).toEqual(['id3']);
  expect(shown()[3]).toBe('changed');
});

test('is one stop for the Tab key, and keys move the focus', () => {
  open(rows(0, 1000));
  expect(elements().filter(row => row.tabIndex === 0)).toHaveLength(1);

  act(() => elements()[0]!.focus());
  press('ArrowDown');
  press('ArrowDown');
  expect(document.activeElement!.getAttribute('aria-rowindex')).toBe('4');

  press('End');
  expect(document.activeElement!.textContent).toContain('row 999');
  expect(visible.end).toBe(1000);
  press('Enter');
  expect(opened).toEqual(['id999']);
});

test('keeps the row with the focus when it is scrolled away', () => {
  open(rows(0, 1000));
  act(() => elements()[2]!.focus());

  scrollTo(600 * 36);

  expect(document.activeElement!.textContent).toContain('row 2');
});

test('opens a row that is clicked, but not for a link or with a modifier', () => {
  open(rows(0, 10));

  elements()[1]!.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  elements()[2]!.dispatchEvent(new MouseEvent('click', { bubbles: true, ctrlKey: true }));
  elements()[3]!
    .querySelector('a')!
    .dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));

  expect(opened).toEqual(['id1']);
});

test('says where its rows are, for screen readers', () => {
  open(rows(0, 50));
  const grid = document.querySelector('[role=grid]')!;

  expect(grid.getAttribute('aria-label')).toBe('Rows');
  expect(grid.getAttribute('aria-rowcount')).toBe('51');
  expect(elements()[0]!.getAttribute('aria-rowindex')).toBe('2');
  expect(document.querySelector('[data-column=id]')!.getAttribute('aria-sort')).toBe('ascending');
});

test('scrolls to a row on demand', () => {
  open(rows(0, 1000));

  act(() => handle.current!.scrollToRow(300));

  expect(visible.start).toBe(300);
});
