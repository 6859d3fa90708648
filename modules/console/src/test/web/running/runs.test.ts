import { expect, test } from 'vitest';
import type { ExecutionEventKind, RunRow } from '#operations';
import { applyRunning, ENDED_MILLIS, type Running, sorted, withoutEnded } from '../../../main/web/running/runs';

const run = (id: string, more: Partial<RunRow> = {}) =>
  ({ id, status: 'RUNNING', startedAt: null, queuedAt: null, lastHeartbeatAt: null, ...more }) as RunRow;
const event = (kind: ExecutionEventKind, execution: RunRow | null, entered: RunRow[] = []) =>
  ({ kind, cursor: '', execution, entered }) as never;
const NONE: Running = new Map();

test('pages of the snapshot and single events come together', () => {
  const runs = applyRunning(NONE, [event('ENTERED', null, [run('a'), run('b')]), event('ENTERED', run('c'))], 0);
  expect([...runs.keys()]).toEqual(['a', 'b', 'c']);
});

test('a run that ended stays for a few seconds with its final status', () => {
  const before = applyRunning(NONE, [event('ENTERED', run('a'))], 0);
  const ended = applyRunning(before, [event('LEFT', run('a', { status: 'FAILED' }))], 1_000);
  expect(ended.get('a')).toMatchObject({ run: { status: 'FAILED' }, endedAt: 1_000 });
  expect(withoutEnded(ended, 1_000 + ENDED_MILLIS - 1)).toBe(ended);
  expect(withoutEnded(ended, 1_000 + ENDED_MILLIS).size).toBe(0);
});

test('nothing changed: the same map', () => {
  const before = applyRunning(NONE, [event('ENTERED', run('a'))], 0);
  expect(applyRunning(before, [event('SYNCED', null), event('LEFT', run('unknown'))], 0)).toBe(before);
});

test('the longest come first, and queued runs last', () => {
  const runs = applyRunning(
    NONE,
    [
      event('ENTERED', null, [
        run('queued', { queuedAt: '2026-11-21T01:00:00Z' }),
        run('short', { startedAt: '2026-11-21T12:00:00Z', lastHeartbeatAt: '2026-11-21T12:01:00Z' }),
        run('long', { startedAt: '2026-11-21T11:00:00Z' }),
      ]),
    ],
    0,
  );
  expect(sorted(runs, '-elapsed').map(row => row.run.id)).toEqual(['long', 'short', 'queued']);
  expect(sorted(runs, 'elapsed').map(row => row.run.id)).toEqual(['short', 'long', 'queued']);
  expect(sorted(runs, 'heartbeat')[0]?.run.id).toBe('short');
});
