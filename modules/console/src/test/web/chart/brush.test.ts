import { expect, test } from 'vitest';
import { bucketAt, moveByKey, range } from '../../../main/web/chart/brush';

test('finds the bucket under the pointer, also beyond the edges', () => {
  expect(bucketAt(0, 600, 60)).toBe(0);
  expect(bucketAt(299, 600, 60)).toBe(29);
  expect(bucketAt(600, 600, 60)).toBe(59);
  expect(bucketAt(-20, 600, 60)).toBe(0);
  expect(bucketAt(9999, 600, 60)).toBe(59);
  expect(bucketAt(10, 0, 60)).toBe(0);
});

test('covers the buckets between its ends in either direction', () => {
  expect(range({ anchor: 3, head: 7 })).toEqual([3, 7]);
  expect(range({ anchor: 7, head: 3 })).toEqual([3, 7]);
});

test('begins at the newest bucket, moves by arrow keys and widens with Shift', () => {
  const first = moveByKey(null, 'ArrowLeft', false, 60);
  expect(first).toEqual({ anchor: 59, head: 59 });
  const moved = moveByKey(first, 'ArrowLeft', false, 60);
  expect(moved).toEqual({ anchor: 58, head: 58 });
  const wide = moveByKey(moved, 'PageDown', true, 60);
  expect(wide).toEqual({ anchor: 58, head: 52 });
  expect(moveByKey(wide, 'ArrowRight', false, 60)).toEqual({ anchor: 53, head: 53 });
  expect(moveByKey(wide, 'Home', true, 60)).toEqual({ anchor: 58, head: 0 });
  expect(moveByKey(wide, 'End', true, 60)).toEqual({ anchor: 58, head: 59 });
});

test('stays within the buckets, and ignores other keys', () => {
  expect(moveByKey({ anchor: 0, head: 0 }, 'ArrowLeft', false, 60)).toEqual({ anchor: 0, head: 0 });
  expect(moveByKey({ anchor: 0, head: 0 }, 'a', false, 60)).toBeNull();
  expect(moveByKey(null, 'ArrowLeft', false, 0)).toBeNull();
});
