// Choosing a range of buckets with the pointer or the keyboard.

/** From where it began to where it is now, in either direction; both are indexes of buckets. */
export interface Brush {
  readonly anchor: number;
  readonly head: number;
}

/** The bucket at a position, in pixels from the left edge of the chart. */
export function bucketAt(x: number, width: number, count: number): number {
  if (width <= 0) return 0;
  return Math.max(0, Math.min(count - 1, Math.floor((x / width) * count)));
}

/** The first and the last bucket. */
export function range({ anchor, head }: Brush): readonly [number, number] {
  return anchor <= head ? [anchor, head] : [head, anchor];
}

/**
 * The brush after a key, or `null` if the key does not move it. Arrow keys move it by one bucket, Page Up and Down by a
 * tenth, Home and End to the ends; with Shift its other end stays. Without a brush, it begins at the newest bucket.
 */
export function moveByKey(brush: Brush | null, key: string, shift: boolean, count: number): Brush | null {
  if (count === 0) return null;
  const tenth = Math.max(1, Math.round(count / 10));
  const last = count - 1;
  const from = brush?.head ?? last;
  const target = {
    ArrowLeft: from - 1,
    ArrowDown: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from + 1,
    PageDown: from - tenth,
    PageUp: from + tenth,
    Home: 0,
    End: last,
  }[key];
  if (target === undefined) return null;
  // The first arrow key shows the brush where it is.
  const head = brush || key === 'Home' ? Math.max(0, Math.min(last, target)) : last;
  return { anchor: shift && brush ? brush.anchor : head, head };
}
