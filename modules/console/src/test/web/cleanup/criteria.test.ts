// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import {
  type CleanupQuery,
  CODEC,
  inputOf,
  isLimited,
  isOverruled,
  ownersOf,
  positive,
  type Target,
} from '../../../main/web/cleanup/criteria';

const DEFAULTS: CleanupQuery = CODEC.read(new URLSearchParams());

function written(query: CleanupQuery): string {
  const params = new URLSearchParams();
  CODEC.write(query, params);
  return params.toString();
}

describe('the URL of a cleanup', () => {
  test('asks for runs older than 30 days without saying so', () => {
    expect(DEFAULTS.olderThan).toBe('P30D');
    expect(written(DEFAULTS)).toBe('');
    expect(inputOf(DEFAULTS)).toEqual({ olderThan: 'P30D' });
  });

  test.each<Partial<CleanupQuery>>([
    { olderThan: null },
    { olderThan: 'PT36H', statuses: ['SUCCESS', 'CANCELLED'] },
    { tab: 'past', cleanup: '01a21ec6-fbaf-742e-9b1b-199da84596fd' },
    { workflow: '01a21ec1-32e0-72fe-a127-e4c428c9ea12', keepLast: 100, ignorePolicies: true },
    { owners: 'all' },
    { owners: { owner: 'alice & co' } },
  ])('keeps %j', change => {
    const query = { ...DEFAULTS, ...change };
    expect(CODEC.read(new URLSearchParams(written(query)))).toEqual(query);
  });

  test('keeps parameters of others', () => {
    const params = new URLSearchParams('tz=UTC&olderThan=P7D');
    CODEC.write(DEFAULTS, params);
    expect(params.toString()).toBe('tz=UTC');
  });

  test.each(['olderThan=soon', 'olderThan=PT0S', 'status=running', 'keepLast=-1', 'keepLast=1e9', 'tab=x', 'owner='])(
    'ignores %s',
    text => {
      expect(CODEC.read(new URLSearchParams(text))).toEqual(DEFAULTS);
    },
  );
});

test('a cleanup without any limit is not asked for', () => {
  const query = { ...DEFAULTS, olderThan: null };
  expect(isLimited(query)).toBe(false);
  expect(isLimited({ ...query, workflow: 'x' })).toBe(false);
  expect(isLimited({ ...query, keepLast: 1 })).toBe(true);
  expect(isLimited({ ...query, statuses: ['FAILED'] })).toBe(true);
});

test('owners become arguments', () => {
  expect(inputOf({ ...DEFAULTS, owners: 'all' })).toEqual({ olderThan: 'P30D', allOwners: true });
  expect(inputOf({ ...DEFAULTS, owners: { owner: 'bob' } })).toEqual({ olderThan: 'P30D', owner: 'bob' });
  expect([ownersOf(null, 'me'), ownersOf('me', 'me'), ownersOf('bob', 'me')]).toEqual(['all', null, { owner: 'bob' }]);
});

describe('a policy is overruled', () => {
  const all: Target = { workflowId: null, owner: null, statuses: [] };
  const mine: Target = { workflowId: null, owner: 'me', statuses: [] };
  const failed: Target = { workflowId: null, owner: 'me', statuses: ['FAILED'] };
  const one: Target = { workflowId: 'w', owner: 'me', statuses: [] };

  test('by a more specific one for some of the same runs', () => {
    expect(isOverruled(all, [mine])).toBe(true);
    expect(isOverruled(mine, [failed])).toBe(true);
    expect(isOverruled(failed, [one])).toBe(true);
  });

  test('not by itself, a less specific one, or one for other runs', () => {
    expect(isOverruled(mine, [all, mine])).toBe(false);
    expect(isOverruled(one, [all, mine, failed])).toBe(false);
    expect(isOverruled({ ...mine, statuses: ['SUCCESS'] }, [failed])).toBe(false);
    expect(isOverruled({ ...one, workflowId: 'v' }, [{ ...one, statuses: ['FAILED'] }])).toBe(false);
    expect(isOverruled(mine, [{ ...one, owner: 'you' }])).toBe(false);
  });
});

test('numbers are typed without signs and fractions', () => {
  expect(['1', ' 100 ', '0', '-1', '1.5', '', 'x', '12345678901'].map(positive)).toEqual([
    1,
    100,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});
