import type { StatisticsInterval } from '#operations';

export type Range = '7d' | '30d' | '90d' | '1y';

const DAY = 86_400_000;

export const RANGES: readonly { readonly value: Range; readonly label: string }[] = [
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
  { value: '90d', label: '90 days' },
  { value: '1y', label: '1 year' },
];

export interface Span {
  readonly from: string;
  readonly interval: StatisticsInterval;
}

/** The intervals of a range that ends today. They are UTC days, or weeks of them: only those have quantiles. */
export function spanOf(range: Range, now: number): Span {
  if (range === '1y') {
    // 1970-01-01 was a Thursday: weeks start on Mondays.
    const monday = Math.floor((now + 3 * DAY) / (7 * DAY)) * 7 * DAY - 3 * DAY;
    return { from: new Date(monday - 51 * 7 * DAY).toISOString(), interval: 'WEEK' };
  }
  return { from: lastDays(Number.parseInt(range, 10), now), interval: 'DAY' };
}

/** Start of the first of the last `count` UTC days, today included. */
export function lastDays(count: number, now: number): string {
  return new Date((Math.floor(now / DAY) - count + 1) * DAY).toISOString();
}
