// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { zone } from '../../../main/web/app/clock';
import { Heartbeat } from '../../../main/web/parts/Heartbeat';

const NOON = Date.UTC(2026, 10, 21, 12);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  zone.set('UTC');
});

afterEach(() => {
  act(() => render(null, document.body));
  vi.useRealTimers();
});

test.each([
  [
    90_000,
    '30 s ago',
    'Last Sat, 21 Nov 2026, 11:59:30.000 UTC\nNext one due Sat, 21 Nov 2026, 12:01:30.000 UTC',
    false,
  ],
  [
    -65_400,
    ' late by 1 m 5 s',
    'Last Sat, 21 Nov 2026, 11:56:54.600 UTC\nNext one due Sat, 21 Nov 2026, 11:58:54.600 UTC',
    true,
  ],
])('a heartbeat every two minutes, the next one due %i ms from now', (millis, words, title, isLate) => {
  const at = (time: number) => new Date(time).toISOString();
  const deadline = NOON + millis;
  act(() => render(<Heartbeat last={at(deadline - 120_000)} deadline={at(deadline)} />, document.body));

  const shown = document.body.querySelector('span')!;
  expect([shown.textContent, shown.title, shown.className === 'heartbeat-late']).toEqual([words, title, isLate]);
});
