import { expect, test } from 'vitest';
import type { ExecutionEventKind, ExecutionStatus, RunRow } from '#operations';
import { append, apply, type Entry, prepend, ROWS_KEPT, ROWS_MAX } from '../../../main/web/runs/rows';

const run = (id: string, status: ExecutionStatus = 'RUNNING') => ({ id, status }) as unknown as RunRow;
const entry = (id: string): Entry => ({ run: run(id), cursor: `cursor ${id}`, left: false, changes: 0 });
const ids = (rows: readonly Entry[]) => rows.map(row => row.run.id).join('');
const event = (kind: ExecutionEventKind, execution: RunRow | null) => ({ kind, cursor: '', execution }) as never;
const never = () => false;

test('known runs are replaced in place, the other rows stay the same objects', () => {
  const rows = [entry('c'), entry('b'), entry('a')];
  const applied = apply(rows, [event('UPDATED', run('b', 'SUCCESS'))], new Set(), never);
  expect(ids(applied.rows)).toBe('cba');
  expect(applied.rows[0]).toBe(rows[0]);
  expect(applied.rows[1]).toMatchObject({ run: { status: 'SUCCESS' }, cursor: 'cursor b', changes: 1 });
});

test('a run that no longer matches stays, marked', () => {
  const { rows } = apply([entry('a')], [event('LEFT', run('a', 'SUCCESS'))], new Set(), never);
  expect(rows[0]).toMatchObject({ left: true, run: { status: 'SUCCESS' } });
});

test('new runs are counted, not shown, and no longer counted once they left', () => {
  const fresh = new Set<string>();
  const rows = [entry('a')];
  const applied = apply(rows, [event('ENTERED', run('b')), event('ENTERED', run('c'))], fresh, never);
  expect(applied.rows).toBe(rows);
  expect([...fresh]).toEqual(['b', 'c']);
  apply(rows, [event('LEFT', run('b'))], fresh, never);
  expect([...fresh]).toEqual(['c']);
});

test('runs beyond the last row are not counted', () => {
  const fresh = new Set<string>();
  apply([entry('m')], [event('ENTERED', run('a')), event('ENTERED', run('z'))], fresh, ({ id }) => id < 'm');
  expect([...fresh]).toEqual(['z']);
});

test('only the last of several events of a run counts', () => {
  const { rows } = apply(
    [entry('a')],
    [event('LEFT', run('a')), event('ENTERED', run('a', 'FAILED')), event('SYNCED', null)],
    new Set(),
    never,
  );
  expect(rows[0]).toMatchObject({ left: false, changes: 1, run: { status: 'FAILED' } });
});

test('pages are put at either end, without repeating runs', () => {
  const rows = [entry('c'), entry('b')];
  expect(ids(append(rows, [entry('b'), entry('a')]).rows)).toBe('cba');
  expect(ids(prepend(rows, [entry('d'), entry('c')]).rows)).toBe('dcb');
});

test('rows at the far end are dropped beyond the maximum', () => {
  const rows = Array.from({ length: ROWS_MAX }, (_, index) => entry(`${index} `));
  const after = append(rows, [entry('new')]);
  expect([after.dropped, after.rows.length, after.rows.at(-1)?.run.id]).toEqual([true, ROWS_KEPT, 'new']);
  const before = prepend(rows, [entry('new')]);
  expect([before.dropped, before.rows.length, before.rows[0]?.run.id]).toEqual([true, ROWS_KEPT, 'new']);
});
