// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FollowedRun, useRun } from '../../../main/web/run/useRun';
import { answering, failure, subscribing } from '../answers';

let followed: FollowedRun;
let live: ReturnType<typeof subscribing>;
let run: { id: string; status: string; error: null; workflow: null; retries: { nodes: never[] } | null };
let isBusy: boolean;
let asked: ReturnType<typeof answering>;

function Page() {
  followed = useRun('run');
  return null;
}

/** In steps, because effects only run at the end of each `act`. */
async function later(millis: number) {
  for (let passed = 0; passed < millis; passed += 100) await act(() => vi.advanceTimersByTimeAsync(100).then(() => {}));
}
const entered = (status: string) =>
  live.send('RunLive', { executionUpdated: { kind: 'ENTERED', cursor: 'c', execution: { ...run, status } } });

beforeEach(() => {
  vi.useFakeTimers();
  run = { id: 'run', status: 'RUNNING', error: null, workflow: null, retries: { nodes: [] } };
  isBusy = false;
  live = subscribing();
  asked = answering({
    RunDetail: () =>
      isBusy
        ? { data: { execution: { ...run, retries: null } }, errors: [failure('OVERLOADED', 'execution', 'retries')] }
        : { data: { execution: run } },
  });
});

afterEach(async () => {
  act(() => render(null, document.body));
  // The socket closes once nothing is subscribed.
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('reads the run and its steps again if it ended before the first event', async () => {
  act(() => render(<Page />, document.body));
  await later(10);
  expect(followed.read?.run.status).toBe('RUNNING');
  const before = followed.changes;

  run = { ...run, status: 'SUCCESS' };
  entered('SUCCESS');
  await later(500);

  expect(followed.read?.run.status).toBe('SUCCESS');
  expect(asked).toHaveLength(2);
  expect(followed.changes).toBeGreaterThan(before);
});

test('reads a run that had ended only once', async () => {
  run = { ...run, status: 'SUCCESS' };
  act(() => render(<Page />, document.body));
  await later(10);
  entered('SUCCESS');
  await later(500);

  expect(asked).toHaveLength(1);
  expect(followed.changes).toBe(0);
});

test('reports that a part could not be read, and reads it again', async () => {
  isBusy = true;
  act(() => render(<Page />, document.body));
  await later(10);
  expect(followed.error?.code).toBe('OVERLOADED');
  expect(followed.read?.run.status).toBe('RUNNING');

  isBusy = false;
  await later(5_100);

  expect(followed.error).toBeUndefined();
  expect(followed.read?.run.retries).toEqual({ nodes: [] });
});
