// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import {
  type ColumnId,
  hasFilters,
  labelText,
  NO_FILTERS,
  parseLabel,
  type RunsQuery,
  runsQuery,
  toFilter,
} from '../../../main/web/runs/query';

const read = (text: string) => runsQuery.read(new URLSearchParams(text));
function write(query: RunsQuery, into = ''): string {
  const params = new URLSearchParams(into);
  runsQuery.write(query, params);
  return params.toString();
}

/** Mulberry32: the same queries in each run. */
function random(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('any query is the same after being written and read', () => {
  const next = random(23);
  const maybe = <T>(value: () => T, other: T) => (next() < 0.5 ? value() : other);
  const texts = ['env', 'a:b', '%3A', 'ü=&?#+ 1', '-x', 'x,y', '%'];
  const text = () => texts[Math.floor(next() * texts.length)] as string;
  const ids = ['01a21ec1-32e0-72fe-a127-e4c428c9ea12', '01a21ec6-fbaf-742e-9b1b-199da84596fd'];
  const id = () => ids[Math.floor(next() * ids.length)] as string;
  const some = <T>(value: () => T) => [...new Set(Array.from({ length: Math.floor(next() * 3) }, value))];
  for (let round = 0; round < 300; round++) {
    const isLast = next() < 0.5;
    const query: RunsQuery = {
      status: some(() => (['FAILED', 'RUNNING', 'QUEUED'] as const)[Math.floor(next() * 3)] ?? 'FAILED'),
      workflow: some(id),
      labels: [
        ...some(text).map(key => ({ key, value: maybe<string | null>(text, null), absent: false })),
        ...some(text).map(key => ({ key, value: null, absent: true })),
      ],
      minMillis: maybe<number | null>(() => Math.floor(next() * 1e8) + 1, null),
      maxMillis: maybe<number | null>(() => Math.floor(next() * 1e8) + 1, null),
      trigger: some(text),
      error: maybe(text, ''),
      fingerprint: some(text),
      search: maybe(text, ''),
      lastMillis: isLast ? Math.floor(next() * 1e6) * 1000 + 1000 : null,
      from: isLast ? null : maybe<string | null>(() => new Date(next() * 2e12).toISOString(), null),
      to: isLast ? null : maybe<string | null>(() => new Date(next() * 2e12).toISOString(), null),
      retries: next() < 0.5,
      roots: next() < 0.5,
      held: next() < 0.5,
      sort: maybe(() => '-duration' as const, '-start' as const),
      columns: maybe<ColumnId[] | null>(() => ['status', 'start'], null),
      at: maybe<string | null>(() => 'AQAAcursor', null),
      unknown: [],
    };
    expect(read(write(query))).toEqual(query);
  }
});

test('an empty query has no filters and writes nothing', () => {
  expect(read('')).toEqual(NO_FILTERS);
  expect(write(NO_FILTERS)).toBe('');
  expect(hasFilters({ ...NO_FILTERS, sort: 'duration', at: 'x' })).toBe(false);
});

test('a search is no longer than the server accepts, and neither is the URL', () => {
  const long = 'x'.repeat(7000);
  expect(read(`q=${long}`).search).toHaveLength(200);
  expect(write({ ...NO_FILTERS, search: long })).toHaveLength(202);
});

test('parameters of others stay', () => {
  expect(write(read('status=FAILED'), 'tz=UTC&status=RUNNING')).toBe('tz=UTC&status=FAILED');
});

test('values that cannot be read stay in the URL until they are removed', () => {
  const query = read(
    'min=zz&sort=sideways&stauts=FAILED&status=BAD,FAILED&held=maybe&from=never&tz=UTC&workflow=<b>x&workflow=01a21ec1-32e0-72fe-a127-e4c428c9ea12',
  );
  expect(query.unknown.map(({ name, value }) => `${name}=${value}`)).toEqual([
    'status=BAD',
    'workflow=<b>x',
    'min=zz',
    'from=never',
    'held=maybe',
    'sort=sideways',
    'stauts=FAILED',
  ]);
  expect(query.status).toEqual(['FAILED']);
  expect(query.workflow).toEqual(['01a21ec1-32e0-72fe-a127-e4c428c9ea12']);
  expect(toFilter(query, 0).workflowIds).toEqual(query.workflow);
  expect(read(write(query)).unknown).toHaveLength(query.unknown.length);
  expect(read(write({ ...query, unknown: query.unknown.filter(({ name }) => name !== 'min') })).unknown).not.toContain(
    'min',
  );
  expect(write(query)).toContain('min=zz');
  // A choice replaces a value that is not understood, and leaves the others.
  expect(read(write({ ...query, sort: 'start' })).unknown.map(({ name }) => name)).not.toContain('sort');
  expect(write({ ...query, sort: 'start' })).toContain('stauts=FAILED');
});

test('columns and time zones that do not exist are not understood', () => {
  const query = read('cols=state,start&tz=Mars/Olympus');
  expect(query.columns).toEqual(['start']);
  expect(query.unknown).toEqual([
    { name: 'cols', value: 'state' },
    { name: 'tz', value: 'Mars/Olympus' },
  ]);
  expect(read('cols=state').columns).toBeNull();
  expect(write({ ...query, unknown: [] }, 'tz=Mars/Olympus')).toBe('cols=start');
});

test('reads what people write by hand', () => {
  const query = read('status=failed,running&min=90s&last=7d&label=env:prod&label=env:test&-label=tmp&label=team');
  expect(toFilter(query, Date.parse('2026-11-21T12:00:00Z'))).toEqual({
    statuses: ['FAILED', 'RUNNING'],
    minDuration: 'PT90S',
    startedAfter: '2026-11-14T12:00:00.000Z',
    labelConditions: [
      { key: 'env', values: ['prod', 'test'] },
      { key: 'team', present: true },
      { key: 'tmp', present: false },
    ],
  });
});

test.each([
  ['env=prod', 'env=prod'],
  ['env: prod', 'env=prod'],
  [' env ', 'env'],
  ['env=', 'env'],
  ['-env', 'without env'],
  ['without env', 'without env'],
  ['url=a=b:c', 'url=a=b:c'],
])('reads the label %s', (text, label) => {
  const term = parseLabel(text);
  expect(term && labelText(term)).toBe(label);
});

test('a label needs a key', () => {
  expect([parseLabel(''), parseLabel('=prod'), parseLabel('-')]).toEqual([null, null, null]);
});
