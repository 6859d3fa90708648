/** A range of time in milliseconds since 1970. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const NARROWEST_MILLIS = 1;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TICKS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map(n => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(n => n * MINUTE),
  ...[1, 2, 3, 6, 12].map(n => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200].map(n => n * DAY),
];

/**
 * The range of a run and all its bars. The end of a running one is ahead of the clock and moves in large steps, so that
 * bars grow and the axis rests. A step that was still running when its run ended, such as a crashed one, has no end: it
 * does not extend the range.
 */
export function wholeRange(
  start: number,
  end: number | null,
  bars: readonly { from: number; to: number | null }[],
  now: number,
): Range {
  let from = start;
  let to = end ?? start;
  for (const bar of bars) {
    from = Math.min(from, bar.from);
    to = Math.max(to, bar.to ?? bar.from);
  }
  if (end === null) {
    const elapsed = Math.max(SECOND, now - from, to - from);
    return { from, to: from + SECOND * 1.25 ** Math.ceil(Math.log(elapsed / SECOND) / Math.log(1.25) + 0.2) };
  }
  return { from, to: Math.max(to, from + NARROWEST_MILLIS) };
}

/** Narrows (factor below 1) or widens the range around a time, within the whole. */
export function zoom(view: Range, whole: Range, factor: number, around: number): Range {
  const width = Math.max(NARROWEST_MILLIS, (view.to - view.from) * factor);
  const share = (around - view.from) / (view.to - view.from);
  return clamp({ from: around - width * share, to: around + width * (1 - share) }, whole);
}

export function pan(view: Range, whole: Range, share: number): Range {
  const by = (view.to - view.from) * share;
  return clamp({ from: view.from + by, to: view.to + by }, whole);
}

/** The range between two times in either order, within the whole. */
export function between(a: number, b: number, whole: Range): Range {
  return clamp({ from: Math.min(a, b), to: Math.max(a, b, Math.min(a, b) + NARROWEST_MILLIS) }, whole);
}

function clamp(range: Range, whole: Range): Range {
  const width = range.to - range.from;
  if (width >= whole.to - whole.from) {
    return whole;
  }
  const from = Math.min(Math.max(range.from, whole.from), whole.to - width);
  return { from, to: from + width };
}

/** Round times since `start` that divide the view, at least `space` pixels apart. */
export function ticks(view: Range, start: number, width: number, space = 84): { at: number; millis: number }[] {
  const millisPerPixel = (view.to - view.from) / Math.max(1, width);
  const step = TICKS.find(tick => tick >= millisPerPixel * space) ?? (TICKS.at(-1) as number);
  const result: { at: number; millis: number }[] = [];
  for (
    let millis = Math.ceil((view.from - start) / step) * step;
    start + millis <= view.to && result.length < 100;
    millis += step
  ) {
    result.push({ at: (start + millis - view.from) / millisPerPixel, millis });
  }
  return result;
}

/** `1500-2750`: milliseconds since the start of the run; stays true when the range grows. */
export function writeZoom(view: Range, start: number): string {
  return `${Math.round(view.from - start)}-${Math.max(Math.round(view.from - start) + 1, Math.round(view.to - start))}`;
}

export function readZoom(text: string | null | undefined, start: number): Range | null {
  const match = /^(-?\d{1,15})-(-?\d{1,15})$/.exec(text ?? '');
  const from = Number(match?.[1]);
  const to = Number(match?.[2]);
  return match && to > from ? { from: start + from, to: start + to } : null;
}
