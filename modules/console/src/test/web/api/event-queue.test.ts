// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import { eventQueue } from '../../../main/web/api/event-queue';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

test('events of one frame are delivered together and in order', () => {
  const batches: (readonly number[])[] = [];
  const queue = eventQueue<number>(batch => batches.push(batch), vi.fn());
  queue.add(1);
  queue.add(2);
  expect(batches).toEqual([]);
  vi.advanceTimersToNextFrame();
  queue.add(3);
  vi.advanceTimersToNextFrame();
  expect(batches).toEqual([[1, 2], [3]]);
});

test('without frames, as in a hidden tab, events are delivered once a second', () => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  const batches: (readonly number[])[] = [];
  const queue = eventQueue<number>(batch => batches.push(batch), vi.fn());
  queue.add(1);
  vi.advanceTimersByTime(1_000);
  expect(batches).toEqual([[1]]);
  vi.unstubAllGlobals();
});

test('a reset drops the events before it', () => {
  const deliver = vi.fn();
  const reset = vi.fn();
  const queue = eventQueue<number>(deliver, reset);
  queue.add(1);
  queue.reset();
  queue.add(2);
  vi.advanceTimersToNextFrame();
  expect(reset).toHaveBeenCalledTimes(1);
  expect(deliver.mock.calls).toEqual([[[2]]]);
});

test('too many events that wait become one reset', () => {
  const deliver = vi.fn();
  const reset = vi.fn();
  const queue = eventQueue<number>(deliver, reset);
  for (let index = 0; index <= 10_000; index++) queue.add(index);
  vi.advanceTimersToNextFrame();
  expect(reset).toHaveBeenCalledTimes(1);
  expect(deliver).not.toHaveBeenCalled();
});

test('a stopped queue is silent', () => {
  const deliver = vi.fn();
  const queue = eventQueue<number>(deliver, vi.fn());
  queue.add(1);
  queue.stop();
  vi.advanceTimersByTime(2_000);
  expect(deliver).not.toHaveBeenCalled();
});
