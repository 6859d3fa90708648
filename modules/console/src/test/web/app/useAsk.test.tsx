// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { session } from '../../../main/web/api/server';
import { useAsk } from '../../../main/web/app/useAsk';
import { RUNS_FACETS } from '../../../main/web/runs/operations';

beforeEach(() => {
  vi.useFakeTimers();
  session.set({ subject: 'alice', scopes: [], expiresAt: '2100-01-01T00:00:00Z', version: '1' });
});

afterEach(async () => {
  await act(() => render(null, document.body));
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a field that the server was too busy for is asked for again after the time that it says', async () => {
  const answers = [
    {
      data: { executions: { totalCount: null, countAtLeast: 1 } },
      errors: [{ message: 'busy', extensions: { code: 'OVERLOADED', retryAfterMillis: 3_000 } }],
    },
    { data: { executions: { totalCount: 7, countAtLeast: 7 } } },
  ];
  const fetched = vi.fn(async () => new Response(JSON.stringify(answers.shift())));
  vi.stubGlobal('fetch', fetched);
  function Count() {
    const { data, fieldErrors } = useAsk(RUNS_FACETS, { buckets: 1 });
    return <>{`${data?.executions?.totalCount} ${fieldErrors.length}`}</>;
  }

  await act(() => render(<Count />, document.body));
  await act(async () => void (await vi.advanceTimersByTimeAsync(2_900)));
  expect(document.body.textContent).toBe('null 1');
  expect(fetched).toHaveBeenCalledOnce();

  await act(async () => void (await vi.advanceTimersByTimeAsync(200)));
  await act(async () => void (await vi.advanceTimersByTimeAsync(200)));
  expect(document.body.textContent).toBe('7 0');
});
