// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Histogram } from '../../../main/web/chart/Histogram';

const start = Date.UTC(2026, 10, 21);
const time = (hour: number) => new Date(start + hour * 3_600_000).toISOString();
const buckets = Array.from({ length: 24 }, (_, hour) => ({
  from: time(hour),
  to: time(hour + 1),
  counts: { total: hour, queued: 0, running: 0, success: hour, failed: 0, cancelled: 0, crashed: 0 },
}));
let selected: string[][] = [];

beforeEach(() => {
  selected = [];
  act(() =>
    render(
      <Histogram buckets={buckets} zone="UTC" onSelect={(from, to) => selected.push([from, to])} />,
      document.body,
    ),
  );
  plot().getBoundingClientRect = () => ({ left: 100, width: 240 }) as DOMRect;
  plot().setPointerCapture = () => {};
});

afterEach(() => render(null, document.body));

const plot = () => document.querySelector<HTMLElement>('[role=slider]')!;
const press = (key: string, shiftKey = false) =>
  act(() => {
    plot().dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true }));
  });
const point = (type: string, x: number) =>
  act(() => {
    plot().dispatchEvent(new PointerEvent(type, { clientX: x, button: 0, bubbles: true }));
  });

test('dragging chooses the buckets from the first to the last, in either direction', () => {
  point('pointerdown', 100 + 75);
  point('pointermove', 100 + 21);
  point('pointerup', 100 + 21);

  expect(selected).toEqual([[time(2), time(8)]]);
  expect(document.querySelector('.brush')).toBeNull();
});

test('a click chooses one bucket', () => {
  point('pointerdown', 100 + 5);
  point('pointerup', 100 + 5);

  expect(selected).toEqual([[time(0), time(1)]]);
});

test('keys choose, and Enter applies', () => {
  press('ArrowLeft');
  press('ArrowLeft');
  press('ArrowLeft', true);
  expect(plot().getAttribute('aria-valuetext')).toBe('21:00 to 23:00, 43 runs: 43 successful');

  press('Enter');

  expect(selected).toEqual([[time(21), time(23)]]);
});

test('Escape gives up', () => {
  press('ArrowLeft');
  press('Escape');
  press('Enter');

  expect(selected).toEqual([]);
});

test('shows in words what the pointer is at', () => {
  point('pointermove', 100 + 35);

  expect(document.querySelector('.histogram-words')!.textContent).toBe('03:00 to 04:00, 3 runs: 3 successful');
});
