import { expect, test } from 'vitest';
import { type Counts, describe as inWords, labelled, outlines, timeFormat } from '../../../main/web/chart/bars';

const counts = (some: Partial<Counts>): Counts => {
  const all = { queued: 0, running: 0, success: 0, failed: 0, cancelled: 0, crashed: 0, ...some };
  return { ...all, total: Object.values(all).reduce((sum, count) => sum + count, 0) };
};
const bucket = (some: Partial<Counts>, hour = 0) => ({
  from: new Date(Date.UTC(2026, 10, 21, hour)).toISOString(),
  to: new Date(Date.UTC(2026, 10, 21, hour + 1)).toISOString(),
  counts: counts(some),
});
/** The bars of a path as [left, top, height]. */
const bars = (path: string) =>
  [...path.matchAll(/M([\d.]+) ([\d.]+)h\.88v([\d.]+)/g)].map(([, x, y, height]) => [
    Number(x),
    Number(y),
    Number(height),
  ]);

test('draws bars in proportion, failures at the bottom', () => {
  const [failed, success] = outlines([bucket({ success: 3, failed: 1 }), bucket({}), bucket({ success: 2 })]);

  expect(failed!.status).toBe('failed');
  expect(bars(failed!.path)).toEqual([[0.06, 0.75, 0.25]]);
  expect(bars(success!.path)).toEqual([
    [0.06, 0, 0.75],
    [2.06, 0.5, 0.5],
  ]);
});

test('shows a single failure among thousands, within the height', () => {
  const drawn = outlines([bucket({ success: 100_000, failed: 1, crashed: 1 })]);

  const heights = drawn.flatMap(({ path }) => bars(path).map(([, , height]) => height!));
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(0.03);
  expect(heights.reduce((sum, height) => sum + height)).toBeCloseTo(1);
});

test('draws nothing for no runs', () => {
  expect(outlines([bucket({}), bucket({})])).toEqual([]);
  expect(outlines([])).toEqual([]);
});

test('says figures in words', () => {
  expect(inWords([bucket({})])).toBe('no runs');
  expect(inWords([bucket({ failed: 1 })])).toBe('1 run: 1 failed');
  expect(inWords([bucket({ success: 1200 }), bucket({ failed: 3 })])).toBe('1,203 runs: 3 failed, 1,200 successful');
});

test('labels few buckets', () => {
  expect(labelled(60, 6)).toEqual([0, 10, 20, 30, 40, 50]);
  expect(labelled(3, 6)).toEqual([0, 1, 2]);
  // A label at 30 would not fit before the end.
  expect(labelled(31, 6)).toEqual([0, 6, 12, 18, 24]);
  expect(labelled(0, 6)).toEqual([]);
});

test('formats times in the detail of the range and in its zone', () => {
  const from = '2026-11-21T00:30:00Z';

  expect(timeFormat(from, '2026-11-21T12:00:00Z', 'UTC')(from)).toBe('00:30');
  expect(timeFormat(from, '2026-11-21T12:00:00Z', 'Asia/Kolkata')(from)).toBe('06:00');
  expect(timeFormat(from, '2026-11-25T00:00:00Z', 'UTC')(from)).toBe('21 Nov, 00:30');
  expect(timeFormat(from, '2026-12-25T00:00:00Z', 'UTC')(from)).toBe('21 Nov');
  expect(timeFormat(from, '2028-12-25T00:00:00Z', 'UTC')(from)).toBe('Nov 2026');
});
