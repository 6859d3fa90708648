import { describe, expect, test } from 'vitest';
import { distanceToRow, rowByKey, rowsMoved, visibleRows } from '../../../main/web/table/window';

const view = { top: 0, height: 360, rowHeight: 36, count: 1000 };

describe('visibleRows', () => {
  test('includes rows that are visible in part', () => {
    expect(visibleRows(view)).toEqual({ start: 0, end: 10 });
    expect(visibleRows({ ...view, top: 1 })).toEqual({ start: 0, end: 11 });
    expect(visibleRows({ ...view, top: 36 })).toEqual({ start: 1, end: 11 });
  });

  test('adds rows at both ends, within those that exist', () => {
    expect(visibleRows({ ...view, top: 3600 }, 12)).toEqual({ start: 88, end: 122 });
    expect(visibleRows(view, 12)).toEqual({ start: 0, end: 22 });
    expect(visibleRows({ ...view, top: 990 * 36 }, 12)).toEqual({ start: 978, end: 1000 });
  });

  test('is empty without rows, above them and below them', () => {
    expect(visibleRows({ ...view, count: 0 })).toEqual({ start: 0, end: 0 });
    expect(visibleRows({ ...view, top: -1000 })).toEqual({ start: 0, end: 0 });
    expect(visibleRows({ ...view, top: 50_000 })).toEqual({ start: 1000, end: 1000 });
  });
});

describe('distanceToRow', () => {
  test('is 0 for a row that is visible in full', () => {
    expect(distanceToRow(view, 0)).toBe(0);
    expect(distanceToRow(view, 9)).toBe(0);
  });

  test('is the shortest way to another', () => {
    expect(distanceToRow(view, 10)).toBe(36);
    expect(distanceToRow({ ...view, top: 100 }, 2)).toBe(-28);
  });

  test('shows the upper edge of a row that is higher than the table', () => {
    expect(distanceToRow({ ...view, height: 20 }, 3)).toBe(108);
  });
});

describe('rowsMoved', () => {
  const index = (rows: string[]) => (key: string) => rows.indexOf(key);

  test('counts rows added and removed above', () => {
    expect(rowsMoved(['c', 'd'], 2, index(['x', 'y', 'a', 'b', 'c', 'd']))).toBe(2);
    expect(rowsMoved(['c', 'd'], 2, index(['c', 'd', 'e']))).toBe(-2);
  });

  test('uses the next visible row if the first is gone', () => {
    expect(rowsMoved(['c', 'd'], 2, index(['x', 'a', 'b', 'd']))).toBe(0);
  });

  test('is null if none is left', () => {
    expect(rowsMoved(['c', 'd'], 2, index(['x']))).toBeNull();
  });
});

test('keys move the focus within the rows', () => {
  expect(rowByKey('ArrowDown', -1, 5, 3)).toBe(0);
  expect(rowByKey('ArrowDown', 4, 5, 3)).toBe(4);
  expect(rowByKey('ArrowUp', 0, 5, 3)).toBe(0);
  expect(rowByKey('PageDown', 1, 5, 3)).toBe(4);
  expect(rowByKey('PageUp', 4, 5, 3)).toBe(1);
  expect(rowByKey('Home', 3, 5, 3)).toBe(0);
  expect(rowByKey('End', 0, 5, 3)).toBe(4);
  expect(rowByKey('a', 0, 5, 3)).toBeNull();
  expect(rowByKey('End', -1, 0, 3)).toBeNull();
});
