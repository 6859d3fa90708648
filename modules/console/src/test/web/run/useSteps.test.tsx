// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FollowedSteps, useSteps } from '../../../main/web/run/useSteps';
import { answering, failure } from '../answers';

const step = (index: number) => ({
  index,
  parentIndex: null,
  attempt: 1,
  name: `step ${index}`,
  kind: null,
  status: 'SUCCESS',
  startedAt: null,
  finishedAt: null,
  durationMillis: null,
});

let broken: 'page' | 'part' | null;
let steps: FollowedSteps;
let missing: number;

function Page({ changes }: { changes: number }) {
  steps = useSteps('run', changes, () => missing++);
  return null;
}

const open = (changes = 0) => act(() => render(<Page changes={changes} />, document.body));
const later = () => act(() => vi.advanceTimersByTimeAsync(600).then(() => {}));

beforeEach(() => {
  vi.useFakeTimers();
  broken = null;
  missing = 0;
  answering({
    RunSteps({ first, last }) {
      if (broken === 'page')
        return { data: { execution: { steps: null } }, errors: [failure('INTERNAL', 'execution', 'steps')] };
      const all = Array.from({ length: 300 }, (_, index) => step(index));
      const nodes = first ? all.slice(0, Number(first)) : all.slice(-Number(last));
      return {
        data: { execution: { steps: { nodes, pageInfo: { hasNextPage: true, endCursor: 'x' }, totalCount: 300 } } },
      };
    },
    StepsByIndex({ a }) {
      const found = (a as string[]).map(id => step(Number(id.split(':')[1])));
      const others = { b: [], c: [], d: [], e: [] };
      return broken === 'part'
        ? { data: { ...others, a: null }, errors: [failure('INTERNAL', 'a')] }
        : { data: { ...others, a: found } };
    },
  });
});

afterEach(() => {
  act(() => render(null, document.body));
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each(['page', 'part'] as const)('a %s that could not be read is an error, not a missing run', async what => {
  broken = what;
  open();
  await later();
  expect(steps.error?.code).toBe('INTERNAL');
  expect(steps.loaded?.isComplete ?? false).toBe(false);

  broken = null;
  act(() => steps.again());
  await later();

  expect(steps.error).toBeUndefined();
  expect(steps.loaded).toMatchObject({ total: 300, isComplete: true });
  expect(steps.loaded?.steps).toHaveLength(300);
  expect(missing).toBe(0);
});

test('keeps the steps that it has while a later reading fails', async () => {
  open();
  await later();
  broken = 'page';
  open(1);
  await later();

  expect(steps.error?.code).toBe('INTERNAL');
  expect(steps.loaded?.steps).toHaveLength(300);

  broken = null;
  open(2);
  await later();
  expect(steps.error).toBeUndefined();
});
