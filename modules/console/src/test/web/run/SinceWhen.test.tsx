// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { zone } from '../../../main/web/app/clock';
import { SinceWhen } from '../../../main/web/run/SinceWhen';
import type { Run } from '../../../main/web/run/useRun';
import { type Answer, answering, failure } from '../answers';

/** An ID of a minute of 2026-11-27, and the run with it. */
const idOf = (minute: number) => {
  const time = (Date.parse('2026-11-27T00:00:00Z') + minute * 60_000).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
};
const started = (minute: number) => ({
  id: idOf(minute),
  startedAt: `2026-11-27T00:${String(minute).padStart(2, '0')}:00Z`,
});
const page = (minutes: number[], more = {}) => ({ isPartial: false, nodes: minutes.map(started), ...more });

const RUN = { ...started(30), workflow: { id: 'w', name: 'import' }, error: { fingerprint: 'f' } } as unknown as Run;
const SUCCESSES: Answer = { data: { before: page([10]), after: page([]) } };
const FAILURES: Answer = { data: { executions: page([20], { totalCount: 3, countAtLeast: 3 }) } };
const SAME: Answer = {
  data: { newest: page([30], { totalCount: 2, countAtLeast: 2 }), oldest: page([20]) },
};

const text = () => document.body.textContent ?? '';
const open = () => act(() => render(<SinceWhen run={RUN} />, document.body));
const shows = (words: string) => vi.waitFor(() => expect(text()).toContain(words));
const tryAgain = () =>
  act(() => [...document.querySelectorAll('button')].find(button => button.textContent === 'Try again')!.click());

beforeEach(() => zone.set('UTC'));

afterEach(() => {
  act(() => render(null, document.body));
  vi.unstubAllGlobals();
});

test('says since when it fails, and which runs have the same error', async () => {
  const asked = answering({ LastSuccess: () => SUCCESSES, FailingSince: () => FAILURES, SameError: () => SAME });

  open();

  await shows('3 failed runs in a row');
  await shows('Last success before: 27 Nov, 00:10');
  await shows('The same kind of error: 2 runs');
  const { variables } = asked.find(({ name }) => name === 'FailingSince')!;
  expect(variables).toEqual({ workflow: 'w', after: '2026-11-27T00:10:00.000Z', before: null });
});

test('says nothing about a success if that part of the answer failed, and asks again on demand', async () => {
  let isBroken = true;
  const asked = answering({
    LastSuccess: () =>
      isBroken ? { data: { before: null, after: page([]) }, errors: [failure('INTERNAL', 'before')] } : SUCCESSES,
    FailingSince: () => FAILURES,
    SameError: () => SAME,
  });

  open();

  await shows('Something failed on the server.');
  expect(asked.map(({ name }) => name)).not.toContain('FailingSince');
  expect(text()).not.toMatch(/Failing since|no earlier success|Looking/);

  isBroken = false;
  tryAgain();
  await shows('3 failed runs in a row');
  expect(text()).not.toContain('Something failed');
});

test.each(['LastSuccess', 'FailingSince'])('does not go on looking if %s fails', async broken => {
  let isBroken = true;
  const unless = (name: string, answer: Answer) => () =>
    isBroken && name === broken ? { errors: [failure('INTERNAL')] } : answer;
  answering({
    LastSuccess: unless('LastSuccess', SUCCESSES),
    FailingSince: unless('FailingSince', FAILURES),
    SameError: () => SAME,
  });

  open();

  await shows('Something failed on the server.');
  expect(text()).not.toContain('Looking');
  await shows('The same kind of error: 2 runs');

  isBroken = false;
  tryAgain();
  await shows('3 failed runs in a row');
});

test('reports that the runs with the same error could not be read', async () => {
  let isBroken = true;
  answering({
    LastSuccess: () => SUCCESSES,
    FailingSince: () => FAILURES,
    SameError: () =>
      isBroken ? { data: { ...(SAME.data as object), oldest: null }, errors: [failure('INTERNAL', 'oldest')] } : SAME,
  });

  open();

  await shows('3 failed runs in a row');
  await shows('Something failed on the server.');
  isBroken = false;
  tryAgain();
  await shows('The same kind of error: 2 runs');
});

test('does not take a search that ran out of time for one without a result', async () => {
  answering({
    LastSuccess: () => ({ data: { before: page([], { isPartial: true }), after: page([]) } }),
    FailingSince: () => FAILURES,
    SameError: () => SAME,
  });

  open();

  await shows('could not be searched in time');
  expect(text()).not.toMatch(/Failing since|no earlier success/);
});

test('dates a run that ended without a start by its ID', async () => {
  const first = { id: idOf(20), startedAt: null };
  answering({
    LastSuccess: () => SUCCESSES,
    FailingSince: () => ({
      data: { executions: { isPartial: false, totalCount: 2, countAtLeast: 2, nodes: [first] } },
    }),
    SameError: () => SAME,
  });

  open();

  await shows('Failing since 27 Nov, 00:20');
});
