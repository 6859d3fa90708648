// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { conditions } from '../../../main/web/runs/conditions';
import { runsQuery } from '../../../main/web/runs/query';
import { readViews, viewQuery } from '../../../main/web/runs/SavedViews';

const read = (text: string) => runsQuery.read(new URLSearchParams(text));

const W1 = '01a21ec1-32e0-72fe-a127-e4c428c9ea12';
const W2 = '01a21ec6-fbaf-742e-9b1b-199da84596fd';

test('each condition is said in words and can be removed alone', () => {
  const query = read(
    `last=24h&workflow=${W1}&workflow=${W2}&label=env:prod&-label=tmp&min=30s&trigger=cron&held=1&sort=zzz&workflow=<b>x`,
  );
  const found = conditions(query, id => (id === W1 ? 'Import orders' : null), 'UTC');
  expect(found.map(({ text }) => text)).toEqual([
    'last 24 hours',
    'Import orders',
    'workflow 01a21ec6…',
    'env=prod',
    'without tmp',
    'at least 30 seconds',
    'trigger cron',
    'held only',
    'workflow=<b>x: not understood',
    'sort=zzz: not understood',
  ]);
  for (const { text, without } of found) {
    const left = conditions({ ...query, ...without }, id => (id === W1 ? 'Import orders' : null), 'UTC');
    expect(left.map(one => one.text)).toEqual(found.map(one => one.text).filter(one => one !== text));
  }
});

test('a saved view has no position, and what was stored wrongly is ignored', () => {
  expect(viewQuery('status=FAILED&at=AQAA&sort=-duration')).toBe('status=FAILED&sort=-duration');
  expect(readViews('[{"name":"a","query":"q=1"},{"name":7},null]')).toEqual([{ name: 'a', query: 'q=1' }]);
  expect([readViews('{'), readViews(null), readViews('7')]).toEqual([[], [], []]);
});
