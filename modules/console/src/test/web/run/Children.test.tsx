// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Children } from '../../../main/web/run/Children';
import { answering, failure, subscribing } from '../answers';

/** Numbers of the children, newest first. */
let children: number[];
let isBroken = false;
let missing: number;
let live: ReturnType<typeof subscribing>;
let asked: ReturnType<typeof answering>;

const child = (number: number) => ({
  id: `run-${number}`,
  status: 'SUCCESS',
  startedAt: null,
  durationMillis: 5,
  workflow: { id: 'w', name: `child ${number}` },
  error: null,
});
const upTo = (count: number) => Array.from({ length: count }, (_, index) => count - index);

const names = () => [...document.querySelectorAll('tbody a')].map(link => Number(/\d+/.exec(link.textContent!)![0]));
const button = (text: string) => [...document.querySelectorAll('button')].find(one => one.textContent === text);
const click = (text: string) => act(() => button(text)!.click());
const open = () => act(() => render(<Children id="parent" onMissing={() => missing++} />, document.body));
const changed = () =>
  live.send('ChildrenLive', { executionChanges: { kind: 'ENTERED', cursor: 'c', execution: null } });
/** Lets answers arrive and pauses pass. */
const later = () => act(() => vi.advanceTimersByTimeAsync(2_100).then(() => {}));

beforeEach(() => {
  vi.useFakeTimers();
  children = [];
  missing = 0;
  live = subscribing();
  asked = answering({
    RunChildren({ first, after }) {
      if (isBroken) return { data: { execution: { children: null } }, errors: [failure('INTERNAL', 'execution')] };
      const start = after === null ? 0 : children.indexOf(Number(after)) + 1;
      const page = children.slice(start, start + Number(first));
      const pageInfo = { hasNextPage: start + page.length < children.length, endCursor: String(page.at(-1)) };
      const total = { totalCount: children.length, countAtLeast: children.length };
      return { data: { execution: { children: { ...total, pageInfo, nodes: page.map(child) } } } };
    },
  });
});

afterEach(async () => {
  act(() => render(null, document.body));
  isBroken = false;
  // The socket closes once nothing is subscribed.
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('shows the newest twenty, then more on demand', async () => {
  children = upTo(50);
  open();
  await later();
  expect(names()).toEqual(upTo(50).slice(0, 20));

  click('Show more');
  await later();

  expect(names()).toEqual(upTo(50).slice(0, 40));
  click('Show more');
  await later();
  expect(names()).toEqual(upTo(50));
  expect(button('Show more')).toBeUndefined();
});

test('those that new children push off the first page stay, without gaps', async () => {
  children = upTo(50);
  open();
  await later();
  click('Show more');
  await later();

  children = upTo(75);
  changed();
  await later();

  expect(names()).toEqual(upTo(75).slice(0, 40));
  click('Show more');
  await later();
  expect(names()).toEqual(upTo(75).slice(0, 60));
});

test('more than a page of the server is read in several', async () => {
  children = upTo(450);
  open();
  await later();
  for (let count = 40; count <= 220; count += 20) {
    click('Show more');
    await later();
    expect(names()).toEqual(upTo(450).slice(0, count));
  }
  expect(asked.slice(-2).map(({ variables }) => variables.first)).toEqual([200, 20]);
});

test('a child that starts or ends is shown without a reload, and many changes are one reading', async () => {
  open();
  await later();
  expect(document.body.textContent).toBe('');
  const before = asked.length;

  children = [1];
  for (let event = 0; event < 100; event++) {
    changed();
    await act(() => vi.advanceTimersByTimeAsync(20).then(() => {}));
  }
  await later();

  expect(names()).toEqual([1]);
  expect(asked.length - before).toBeLessThanOrEqual(3);
});

test('an error is reported and can be tried again', async () => {
  children = upTo(3);
  isBroken = true;
  open();
  await later();
  expect(document.body.textContent).toContain('Something failed on the server.');

  isBroken = false;
  click('Try again');
  await later();

  expect(names()).toEqual([3, 2, 1]);
  expect(document.body.textContent).not.toContain('Something failed');
  expect(missing).toBe(0);
});
