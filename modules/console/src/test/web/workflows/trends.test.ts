// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { lastDays, spanOf } from '../../../main/web/workflows/ranges';
import { trendOf } from '../../../main/web/workflows/trends';

const day = (
  success: number,
  failed: number,
  more: { crashed?: number; cancelled?: number; running?: number } = {},
) => {
  const { crashed = 0, cancelled = 0, running = 0 } = more;
  const total = success + failed + crashed + cancelled + running;
  return { from: '2026-11-27T00:00:00.000Z', recorded: { total, success, failed, crashed, cancelled } };
};
const month = (total: number, p95DurationMillis: number | null) => ({
  recorded: { total },
  p50DurationMillis: p95DurationMillis && p95DurationMillis / 2,
  p95DurationMillis,
});

test('the success rate counts runs that ended', () => {
  const trend = trendOf({
    id: 'a',
    executions: { nodes: [] },
    days: { intervals: [day(6, 1, { cancelled: 1 }), day(0, 0), day(2, 1, { crashed: 1, running: 5 })] },
    months: { intervals: [month(3, 9000), month(14, 2000)] },
  });

  expect(trend.successRate).toBeCloseTo(8 / 12);
  expect([trend.runs, trend.failures]).toEqual([17, 3]);
  expect(trend.points.map(point => point.failures)).toEqual([1, 0, 2]);
  expect([trend.p50, trend.p95]).toEqual([1000, 2000]);
  expect(trend.lastRun).toBeNull();
});

test('a workflow without runs has no rate and no durations', () => {
  const trend = trendOf({ id: 'a', executions: null, days: { intervals: [day(0, 0)] }, months: { intervals: [] } });

  expect([trend.successRate, trend.p50, trend.p95, trend.runs]).toEqual([null, null, null, 0]);
});

test('ranges start at midnight UTC, and weeks on Mondays', () => {
  const now = Date.parse('2026-11-27T20:45:00Z');
  expect(lastDays(14, now)).toBe('2026-11-14T00:00:00.000Z');
  expect(spanOf('7d', now)).toEqual({ from: '2026-11-21T00:00:00.000Z', interval: 'DAY' });
  for (const today of [now, Date.parse('2026-11-23T00:00:00Z'), Date.parse('2026-11-22T23:59:59Z')]) {
    const { from, interval } = spanOf('1y', today);
    expect(interval).toBe('WEEK');
    expect(new Date(from).getUTCDay()).toBe(1);
    const weeks = (today - Date.parse(from)) / (7 * 86_400_000);
    expect(weeks).toBeGreaterThanOrEqual(51);
    expect(weeks).toBeLessThan(52);
  }
});
