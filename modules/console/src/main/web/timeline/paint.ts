import type { Row } from './layout';
import type { Range } from './view';

export type Colours = Readonly<Record<Row['step']['status'] | 'guide', string>>;

const VARIABLES: Record<keyof Colours, string> = {
  RUNNING: '--running',
  SUCCESS: '--success',
  FAILED: '--failed',
  CANCELLED: '--cancelled',
  SKIPPED: '--ink-3',
  guide: '--line',
};
const BAR_HEIGHT = 10;
const NARROWEST_BAR = 2;

/** The colours of the theme, as the element sees them: `light-dark()` is resolved only by use. */
export function colours(element: HTMLElement): Colours {
  const before = element.style.color;
  const read = (variable: string) => {
    element.style.color = `var(${variable})`;
    return getComputedStyle(element).color;
  };
  const entries = Object.entries(VARIABLES).map(([name, variable]) => [name, read(variable)]);
  element.style.color = before;
  return Object.fromEntries(entries) as Colours;
}

export interface Picture {
  readonly rows: readonly Row[];
  readonly first: number;
  readonly last: number;
  readonly rowHeight: number;
  readonly scrollTop: number;
  readonly view: Range;
  readonly ticks: readonly { at: number }[];
  readonly now: number;
  readonly colours: Colours;
}

/** Draws the bars of the visible rows. */
export function paint(canvas: HTMLCanvasElement, width: number, height: number, picture: Picture): void {
  const context = prepare(canvas, width, height);
  if (!context) return;
  const { rows, first, last, rowHeight, scrollTop, view, colours: palette } = picture;
  context.fillStyle = palette.guide;
  for (const { at } of picture.ticks) context.fillRect(Math.round(at), 0, 1, height);
  for (let at = first; at < last; at++) {
    const row = rows[at] as Row;
    const { from, to } = span(row, view, width, picture.now);
    if (to < 0 || from > width) {
      context.fillStyle = palette.SKIPPED;
      arrow(context, to < 0 ? 2 : width - 2, at * rowHeight - scrollTop + rowHeight / 2, to < 0 ? 5 : -5);
      continue;
    }
    const barHeight = row.children ? BAR_HEIGHT - 4 : BAR_HEIGHT;
    const top = at * rowHeight - scrollTop + (rowHeight - barHeight) / 2;
    context.fillStyle = palette[row.step.status];
    const left = Math.max(-4, from);
    const right = Math.min(width + 4, Math.max(to, from + NARROWEST_BAR));
    if (row.step.startedAt === null && row.step.finishedAt === null) {
      diamond(context, from, top + barHeight / 2);
    } else {
      bar(context, left, top, right - left, barHeight);
    }
  }
}

/** Draws all rows over the whole range, one thin line each at most. */
export function paintOverview(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  picture: Omit<Picture, 'first' | 'last' | 'rowHeight' | 'scrollTop' | 'ticks'>,
): void {
  const context = prepare(canvas, width, height);
  if (!context) return;
  const { rows, view, colours: palette } = picture;
  const rowHeight = Math.min(3, (height - 4) / Math.max(1, rows.length));
  const lineHeight = Math.max(1, rowHeight - (rowHeight >= 2 ? 1 : 0));
  // Failed steps last, so that others do not cover them.
  for (const isFailed of [false, true]) {
    rows.forEach((row, at) => {
      if ((row.step.status === 'FAILED') !== isFailed) return;
      const { from, to } = span(row, view, width, picture.now);
      context.fillStyle = palette[row.step.status];
      const least = isFailed ? 2 : 1;
      context.fillRect(from, 2 + at * rowHeight, Math.max(least, to - from), Math.max(least, lineHeight));
    });
  }
}

function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const scale = devicePixelRatio || 1;
  const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

function span(row: Row, view: Range, width: number, now: number): { from: number; to: number } {
  const pixels = width / (view.to - view.from);
  const from = (row.from - view.from) * pixels;
  return { from, to: Math.max(from, ((row.to ?? Math.max(row.from, now)) - view.from) * pixels) };
}

function bar(context: CanvasRenderingContext2D, left: number, top: number, width: number, height: number): void {
  if (width < 6) {
    context.fillRect(left, top, width, height);
    return;
  }
  context.beginPath();
  context.roundRect(left, top, width, height, 2);
  context.fill();
}

/** A step whose times were not recorded. */
function diamond(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x, y - 4);
  context.lineTo(x + 4, y);
  context.lineTo(x, y + 4);
  context.lineTo(x - 4, y);
  context.fill();
}

/** A bar is beyond this edge. */
function arrow(context: CanvasRenderingContext2D, x: number, y: number, width: number): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + width, y - 4);
  context.lineTo(x + width, y + 4);
  context.fill();
}
