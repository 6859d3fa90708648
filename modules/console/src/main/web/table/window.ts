// The arithmetic of a virtual table: all rows have the same height.

/** Rows from `start` to before `end`. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

export interface Viewport {
  /** Pixels from the top of the first row to the upper edge of the visible part; negative above the first row. */
  readonly top: number;
  readonly height: number;
  readonly rowHeight: number;
  /** Number of rows. */
  readonly count: number;
}

/** The rows of which at least a pixel is visible, and `overscan` more at either end. */
export function visibleRows({ top, height, rowHeight, count }: Viewport, overscan = 0): Window {
  const first = Math.floor(top / rowHeight) - overscan;
  const last = Math.ceil((top + height) / rowHeight) + overscan;
  const start = clamp(first, 0, count);
  return { start, end: clamp(last, start, count) };
}

/** How far to scroll so that the row is visible in full; 0 if it is. Positive is down. */
export function distanceToRow({ top, height, rowHeight }: Viewport, index: number): number {
  const upper = index * rowHeight - top;
  if (upper < 0) return upper;
  const beyond = upper + rowHeight - height;
  return beyond > 0 ? Math.min(beyond, upper) : 0;
}

/**
 * The number of rows by which what was visible moved down when rows were added or removed; `null` if none of it is
 * left.
 *
 * @param visible the keys that were visible, in order, with `start` as the index of the first
 */
export function rowsMoved(visible: readonly string[], start: number, indexOf: (key: string) => number): number | null {
  for (const [offset, key] of visible.entries()) {
    const index = indexOf(key);
    if (index >= 0) return index - (start + offset);
  }
  return null;
}

/** The row that a key leads to from the row with the focus (-1 if none), or `null` if it is not a key for moving. */
export function rowByKey(key: string, focused: number, count: number, rowsOfPage: number): number | null {
  const target = {
    ArrowDown: focused + 1,
    ArrowUp: focused - 1,
    PageDown: focused + rowsOfPage,
    PageUp: focused - rowsOfPage,
    Home: 0,
    End: count - 1,
  }[key];
  return target === undefined || count === 0 ? null : clamp(target, 0, count - 1);
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}
