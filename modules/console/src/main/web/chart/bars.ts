// What a histogram draws: a pure function of its buckets.

export type Status = 'queued' | 'running' | 'success' | 'failed' | 'cancelled' | 'crashed';

export interface Counts extends Readonly<Record<Status, number>> {
  readonly total: number;
}

/** Runs that started from `from` to before `to`. */
export interface Bucket {
  readonly from: string;
  readonly to: string;
  readonly counts: Counts;
}

/** From the bottom of a bar to its top: what failed stands on the axis, where it is easy to compare. */
export const STACK: readonly Status[] = ['failed', 'crashed', 'cancelled', 'success', 'running', 'queued'];

const WORDS: Readonly<Record<Status, string>> = {
  failed: 'failed',
  crashed: 'crashed',
  cancelled: 'cancelled',
  success: 'successful',
  running: 'running',
  queued: 'queued',
};

/** The smallest part of the height for a status that occurs: a single failure among thousands must be visible. */
const VISIBLE = 0.03;

/** The outline of all bars of a status, in a box of one unit a bucket and height 1. */
export function outlines(buckets: readonly Bucket[]): readonly { readonly status: Status; readonly path: string }[] {
  const highest = Math.max(1, ...buckets.map(({ counts }) => counts.total));
  const paths = new Map(STACK.map(status => [status, '']));
  for (const [index, { counts }] of buckets.entries()) {
    let bottom = 1;
    for (const { status, height } of heights(counts, highest)) {
      const top = bottom - height;
      paths.set(status, `${paths.get(status)}M${index + 0.06} ${round(top)}h.88v${round(height)}h-.88z`);
      bottom = top;
    }
  }
  return STACK.map(status => ({ status, path: paths.get(status)! })).filter(({ path }) => path !== '');
}

function heights(counts: Counts, highest: number): { status: Status; height: number }[] {
  const occurring = STACK.filter(status => counts[status] > 0);
  const bar = Math.max(counts.total / highest, occurring.length * VISIBLE);
  // Small parts get the smallest height, and the others share the rest.
  const small = occurring.filter(status => (counts[status] / counts.total) * bar < VISIBLE);
  const others = occurring.filter(status => !small.includes(status));
  const rest = bar - small.length * VISIBLE;
  const sum = others.reduce((total, status) => total + counts[status], 0);
  return occurring.map(status => ({
    status,
    height: small.includes(status) ? VISIBLE : (counts[status] / sum) * rest,
  }));
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** A sentence such as "14 runs: 3 failed, 11 successful". */
export function describe(buckets: readonly Bucket[]): string {
  const sums = STACK.map(status => ({
    status,
    sum: buckets.reduce((sum, { counts }) => sum + counts[status], 0),
  })).filter(({ sum }) => sum > 0);
  const total = buckets.reduce((sum, { counts }) => sum + counts.total, 0);
  const figure = new Intl.NumberFormat('en').format;
  if (total === 0) return 'no runs';
  const parts = sums.map(({ status, sum }) => `${figure(sum)} ${WORDS[status]}`).join(', ');
  return `${figure(total)} ${total === 1 ? 'run' : 'runs'}: ${parts}`;
}

/** Indexes of the buckets whose start is labelled: evenly spaced, at most `max`, each with the same room. */
export function labelled(count: number, max: number): readonly number[] {
  if (count === 0) return [];
  const step = Math.max(1, Math.ceil(count / max));
  return Array.from({ length: Math.floor(count / step) }, (_, index) => index * step);
}

/** Formats times of a range in the detail that it needs. */
export function timeFormat(from: string, to: string, zone?: string): (time: string) => string {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  const day = { day: 'numeric', month: 'short' } as const;
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en-GB', {
    ...(days > 400 ? { month: 'short', year: 'numeric' } : days > 14 ? day : days > 1 ? { ...day, ...time } : time),
    ...(zone !== undefined && { timeZone: zone }),
  });
  return text => format.format(new Date(text));
}
