// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { place } from '../../../main/web/app/navigate';
import { Steps } from '../../../main/web/run/Steps';
import type { Run } from '../../../main/web/run/useRun';

const RUN = {
  id: '01a20fc3-d76f-712f-8b56-ab73d92d01a9',
  status: 'FAILED',
  startedAt: '2026-11-21T12:00:00Z',
  finishedAt: '2026-11-21T12:01:00Z',
} as Run;
const step = (index: number, status: 'SUCCESS' | 'FAILED') => ({
  index,
  parentIndex: null,
  attempt: 1,
  name: `step ${index}`,
  kind: null,
  status,
  startedAt: RUN.startedAt,
  finishedAt: RUN.finishedAt,
  durationMillis: 60_000,
});
const STEPS = {
  nodes: [step(0, 'SUCCESS'), step(1, 'FAILED')],
  pageInfo: { hasNextPage: false, endCursor: null },
  totalCount: 2,
};

const panel = () => document.querySelector('.step-panel')?.getAttribute('aria-label');
const timeline = () => document.querySelector('[role=tree]');

beforeEach(() => {
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    const { operationName } = JSON.parse(body);
    return new Response(JSON.stringify({ data: operationName === 'RunSteps' ? { execution: { steps: STEPS } } : {} }));
  });
});

afterEach(async () => {
  await act(() => render(null, document.body));
  vi.unstubAllGlobals();
});

test('a step that is closed leaves the focus on the timeline, where a key chooses the next one', async () => {
  await act(() => render(<Steps run={RUN} changes={0} onMissing={() => {}} />, document.body));
  await vi.waitFor(() => expect(panel()).toBe('Step step 1'));

  await act(() => document.querySelector<HTMLElement>('[aria-label="Close the step"]')!.click());
  expect(panel()).toBeUndefined();
  expect(place.get().query).toBe('step=none');
  expect(document.activeElement).toBe(timeline());

  await act(() => {
    timeline()!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true }));
  });
  // Without a layout, the first row in sight may be either.
  expect(panel()).toMatch(/^Step step \d$/);
});
