// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, test } from 'vitest';
import { link } from '../../../main/web/api/live';
import { unreachableSince } from '../../../main/web/api/request';
import { Connection } from '../../../main/web/app/Connection';

afterEach(() => render(null, document.body));

test('says offline only until a request succeeds, and not live if it stays at that', async () => {
  const now = Date.now();
  const offline = { state: 'offline', since: now - 60_000, retryAt: null } as const;
  const shown = async (change: () => void) => {
    await act(change);
    return document.body.textContent;
  };

  expect(await shown(() => render(<Connection />, document.body))).toBe('');
  expect(await shown(() => link.set({ ...offline, answeredSince: null }))).toContain('Offline.');
  expect(await shown(() => link.set({ ...offline, answeredSince: now }))).toBe('');
  expect(await shown(() => link.set({ ...offline, answeredSince: now - 6_000 }))).toContain('Not live.');
  expect(await shown(() => unreachableSince.set(now))).toContain('Offline.');
  expect(await shown(() => link.set({ ...offline, state: 'live', answeredSince: null }))).toBe('');
});
