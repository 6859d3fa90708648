import { expect, test } from 'vitest';
import {
  formatDate,
  formatExact,
  formatRelative,
  fromLocalInput,
  isZone,
  startOfDay,
  toLocalInput,
} from '../../../main/web/text/time';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const ago = (seconds: number) => formatRelative(NOW - seconds * 1000, NOW, 'UTC');

test('relative times get coarser with age, then become dates', () => {
  expect([0, 42, 60, 3_599, 3_600, 86_399, 86_400, 6 * 86_400].map(ago)).toEqual([
    'now',
    '42 s ago',
    '1 min ago',
    '59 min ago',
    '1 h ago',
    '23 h ago',
    '1 day ago',
    '6 days ago',
  ]);
  expect(ago(8 * 86_400)).toBe('13 Nov, 12:00');
  expect(ago(-40)).toBe('in 40 s');
});

test('a date has the year if it is another one', () => {
  expect(formatDate(NOW, 'UTC', NOW)).toBe('21 Nov, 12:00');
  expect(formatDate(NOW, 'UTC', NOW + 365 * 86_400_000)).toBe('21 Nov 2026, 12:00');
});

test('the exact time names its zone', () => {
  expect(formatExact(Date.parse('2026-11-20T20:30:07.123Z'), 'Asia/Kolkata')).toBe(
    'Sat, 21 Nov 2026, 02:00:07.123 GMT+5:30',
  );
});

test.each(['UTC', 'Asia/Kolkata', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia'])(
  'a local time in %s is the same after being written and read',
  zone => {
    // Every 7 hours and 13 minutes of a year, with both changes of the clocks.
    for (let at = Date.parse('2026-01-01T00:00:00Z'); at < Date.parse('2027-01-01T00:00:00Z'); at += 433 * 60_000) {
      const read = fromLocalInput(toLocalInput(at, zone), zone);
      // An hour that occurs twice has two instants.
      if (read !== at) expect(toLocalInput(read ?? 0, zone)).toBe(toLocalInput(at, zone));
    }
  },
);

test('a time in the gap of the clocks is moved to one that exists', () => {
  const at = fromLocalInput('2026-03-29T02:30', 'Europe/Berlin');
  expect(new Date(at ?? 0).toISOString()).toMatch(/^2026-03-29T0[01]:30/);
});

test('a day starts at midnight of the zone, also if the clocks change on it', () => {
  const noon = Date.parse('2026-03-29T10:00:00Z');
  expect(new Date(startOfDay(noon, 'Europe/Berlin')).toISOString()).toBe('2026-03-28T23:00:00.000Z');
  expect(new Date(startOfDay(noon, 'Asia/Kolkata')).toISOString()).toBe('2026-03-28T18:30:00.000Z');
});

test('refuses what is not a time or a zone', () => {
  expect(fromLocalInput('yesterday', 'UTC')).toBeNull();
  expect(isZone('Mars/Olympus')).toBe(false);
  expect(isZone('Asia/Kolkata')).toBe(true);
});
