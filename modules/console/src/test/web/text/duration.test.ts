import { expect, test } from 'vitest';
import {
  durationWords,
  formatDuration,
  formatElapsed,
  isoToMillis,
  millisToIso,
  parseDuration,
} from '../../../main/web/text/duration';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [0, '0 ms'],
  [340, '340 ms'],
  [1_234, '1.2 s'],
  [9_949, '9.9 s'],
  [9_960, '10 s'],
  [42_400, '42 s'],
  [59_700, '1 m'],
  [192 * SECOND, '3 m 12 s'],
  [HOUR - 400, '1 h'],
  [2 * HOUR + 5 * MINUTE, '2 h 5 m'],
  [DAY - 10 * SECOND, '1 d'],
  [3 * DAY + 4 * HOUR, '3 d 4 h'],
  [-5, '0 ms'],
])('formats %d ms as %s', (millis, text) => expect(formatDuration(millis)).toBe(text));

test('an elapsed time below a minute has whole seconds', () => {
  expect([0, 999, 1_999, 59_499].map(formatElapsed)).toEqual(['0 s', '0 s', '1 s', '59 s']);
});

test.each([
  ['30s', 30 * SECOND],
  ['30', 30 * SECOND],
  ['1.5 h', 90 * MINUTE],
  ['2 min 30 s', 150 * SECOND],
  ['2m30s', 150 * SECOND],
  ['30 days', 30 * DAY],
  ['1 week', 7 * DAY],
  ['340ms', 340],
  ['PT30S', 30 * SECOND],
  ['p1d', DAY],
  ['', null],
  ['soon', null],
  ['5 parsecs', null],
  ['5 m later', null],
  ['-5 s', null],
])('reads %s', (text, millis) => expect(parseDuration(text)).toBe(millis));

test.each(['P30D', 'PT36H', 'PT90M', 'PT45S', 'PT1.5S', 'PT0S'])('%s survives being read and written', iso => {
  expect(millisToIso(isoToMillis(iso) ?? Number.NaN)).toBe(iso);
});

test.each(['P', 'PT', 'P1Y', '1D', 'P1DT', ''])('refuses %s', iso => expect(isoToMillis(iso)).toBeNull());

test('says durations in words', () => {
  expect([DAY, 30 * DAY, 90 * MINUTE, SECOND, 1_500].map(durationWords)).toEqual([
    '1 day',
    '30 days',
    '90 minutes',
    '1 second',
    '1.5 s',
  ]);
});
