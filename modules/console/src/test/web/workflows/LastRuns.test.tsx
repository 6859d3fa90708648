// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LastRuns } from '../../../main/web/workflows/LastRuns';
import { answering, subscribing } from '../answers';

let live: ReturnType<typeof subscribing>;
let asked: ReturnType<typeof answering>;
const counted = vi.fn();

const later = (millis: number) => act(() => vi.advanceTimersByTimeAsync(millis).then(() => {}));
const changed = () => live.send('RunsLive', { executionChanges: { kind: 'ENTERED', cursor: 'c', execution: null } });

beforeEach(async () => {
  vi.useFakeTimers();
  counted.mockClear();
  live = subscribing();
  asked = answering({ WorkflowRuns: () => ({ data: { executions: { nodes: [] } } }) });
  act(() => render(<LastRuns id="w" onChange={counted} />, document.body));
  await later(100);
});

afterEach(async () => {
  act(() => render(null, document.body));
  // The socket closes once nothing is subscribed.
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a change soon after the last count is counted, too', async () => {
  await later(20_000);
  changed();
  await later(3_000);
  expect(counted).toHaveBeenCalledTimes(1);

  changed();
  await later(3_000);
  expect(counted).toHaveBeenCalledTimes(1);
  expect(asked).toHaveLength(3);

  await later(10_000);
  expect(counted).toHaveBeenCalledTimes(2);
  await later(60_000);
  expect(counted).toHaveBeenCalledTimes(2);
});

test('a change soon after the page was opened is counted, too', async () => {
  changed();
  await later(5_000);
  expect(counted).not.toHaveBeenCalled();

  await later(5_000);
  expect(counted).toHaveBeenCalledTimes(1);
});

test('constant changes are counted every 10 s, and the runs read every 2 s', async () => {
  const before = asked.length;
  for (let tenth = 0; tenth < 400; tenth++) {
    changed();
    await later(100);
  }
  expect(counted.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(counted.mock.calls.length).toBeLessThanOrEqual(4);
  expect(asked.length - before).toBeLessThanOrEqual(20);
});
