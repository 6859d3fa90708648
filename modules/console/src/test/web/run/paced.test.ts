import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../../main/web/api/errors';
import { paced } from '../../../main/web/run/paced';

let answers: ((failure?: ApiError) => void)[];
let reported: (string | undefined)[];
let controller: AbortController;

/** Reads that are answered by hand. */
function readings() {
  const read = () =>
    new Promise<void>((resolve, reject) => answers.push(failure => (failure ? reject(failure) : resolve())));
  return paced(500, read, error => reported.push(error?.code), controller.signal);
}

async function answer(failure?: ApiError) {
  answers.at(-1)!(failure);
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  reported = [];
  controller = new AbortController();
});
afterEach(() => vi.useRealTimers());

test('reads once more after the pause, however often that is wanted', async () => {
  const { want } = readings();
  want();
  want();
  want();
  expect(answers).toHaveLength(1);

  await answer();
  want();
  await vi.advanceTimersByTimeAsync(499);
  expect(answers).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(answers).toHaveLength(2);

  await answer();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers).toHaveLength(2);
  expect(reported).toEqual([undefined, undefined]);
});

test('tries again after a temporary error, when the server says', async () => {
  const { want } = readings();
  want();
  await answer(new ApiError('OVERLOADED', 'busy', { retryAfterMillis: 9_000 }));
  await vi.advanceTimersByTimeAsync(8_999);
  expect(answers).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(answers).toHaveLength(2);

  await answer(new ApiError('INTERNAL', 'broken'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers).toHaveLength(2);
  expect(reported).toEqual(['OVERLOADED', 'INTERNAL']);
});

test('does not make a person wait for the pause', async () => {
  const { want, now } = readings();
  want();
  await answer();
  now();
  expect(answers).toHaveLength(2);

  now();
  expect(answers).toHaveLength(2);
  await answer();
  expect(answers).toHaveLength(3);
});

test('reads and reports nothing after it was stopped', async () => {
  const { want } = readings();
  want();
  want();
  controller.abort();
  await answer();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(answers).toHaveLength(1);
  expect(reported).toEqual([]);

  controller = new AbortController();
  const other = readings();
  other.want();
  await answer();
  other.want();
  controller.abort();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers).toHaveLength(2);
});
