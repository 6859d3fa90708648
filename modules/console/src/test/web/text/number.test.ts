import { expect, test } from 'vitest';
import { formatBytes, formatNumber, formatShare, plural, shortNumber } from '../../../main/web/text/number';

test('short numbers have at most one decimal and are never rounded up to the next unit', () => {
  expect([0, 9_999, 12_449, 999_999, 1_000_000, 12_400_000, 3.1e9].map(shortNumber)).toEqual([
    '0',
    '9,999',
    '12.4 k',
    '999.9 k',
    '1 M',
    '12.4 M',
    '3.1 G',
  ]);
});

test('bytes', () => {
  expect([0, 999, 1_000, 3.14e9, 5e15].map(formatBytes)).toEqual(['0 B', '999 B', '1 kB', '3.1 GB', '5000 TB']);
});

test('a share is 100 % only if nothing is missing', () => {
  expect([0, 0.00001, 0.5, 0.984, 0.99999, 1].map(formatShare)).toEqual([
    '0 %',
    '0.1 %',
    '50 %',
    '98.4 %',
    '99.9 %',
    '100 %',
  ]);
});

test('counts in words', () => {
  expect([plural(1, 'run'), plural(12_345, 'run'), formatNumber(1_204_331)]).toEqual([
    '1 run',
    '12,345 runs',
    '1,204,331',
  ]);
});
