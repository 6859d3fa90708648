// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import {
  type CleanupQuery,
  CODEC,
  canBeAsked,
  chosen,
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

  test('is lenient where the meaning is clear', () => {
    const read = (text: string) => CODEC.read(new URLSearchParams(text));
    expect(read('status=FAILED,crashed&status=success')).toEqual({
      ...DEFAULTS,
      statuses: ['SUCCESS', 'FAILED', 'CRASHED'],
    });
    expect(read('ignorePolicies=false&tab=now&olderThan=P30D&tz=Asia/Kolkata')).toEqual(DEFAULTS);
    expect(read('workflow=01A21EC1-32E0-72FE-A127-E4C428C9EA12').workflow).toBe('01a21ec1-32e0-72fe-a127-e4c428c9ea12');
  });

  test.each([
    ...['olderThan=-1', 'olderThan=soon', 'olderThan=PT0S', 'olderThan=30', 'olderThan='],
    ...['status=succes', 'status=running', 'status=', 'workflow=zzz', 'workflow=', 'workflow=<b>x'],
    ...['keepLast=-1', 'keepLast=0', 'keepLast=1e9', 'keepLast=1.5', 'keepLast=', 'keep=-4', 'older=P1D'],
    ...['tab=evil', 'owner=', 'owner= ', 'owners=some', 'ignorePolicies=yes', 'cleanup=../x', 'dryRun=false'],
  ])('does not understand %s, and then nothing is deleted until it is removed', text => {
    const [name, value] = text.split('=');
    const query = CODEC.read(new URLSearchParams(name === 'olderThan' ? text : `olderThan=P1D&${text}`));
    expect(query.unknown).toEqual([{ name, value }]);
    expect(canBeAsked(query)).toBe(false);

    // Another choice does not remove it.
    const params = new URLSearchParams();
    CODEC.write({ ...query, olderThan: 'P7D', statuses: ['FAILED'], keepLast: 5 }, params);
    expect(CODEC.read(params).unknown).toContainEqual({ name, value });

    CODEC.write({ ...query, unknown: [] }, params);
    expect(CODEC.read(params)).toEqual({ ...query, unknown: [] });
    expect(canBeAsked(CODEC.read(params))).toBe(true);
  });

  test.each<[string, Partial<CleanupQuery>, string]>([
    ['status=success&status=succes', { statuses: ['SUCCESS'] }, 'status=succes'],
    ['olderThan=P90D&olderThan=P1D', {}, 'olderThan=P90D olderThan=P1D'],
    ['olderThan=P30D&olderThan=P1D', {}, 'olderThan=P30D olderThan=P1D'],
    ['ignorePolicies=false&ignorePolicies=true', {}, 'ignorePolicies=false ignorePolicies=true'],
    ['owners=all&owner=alice', { owners: 'all' }, 'owner=alice'],
    ['tab=past&tab=now', {}, 'tab=past tab=now'],
  ])('does not choose between what contradicts itself: %s', (text, understood, words) => {
    const unknown = words.split(' ').map(word => {
      const [name, value] = word.split('=');
      return { name, value };
    });
    const query = CODEC.read(new URLSearchParams(text));
    expect(query).toEqual({ ...DEFAULTS, ...understood, unknown });
    expect(CODEC.read(new URLSearchParams(written(query)))).toEqual(query);
    expect(canBeAsked(query)).toBe(false);
  });

  test('understands what is left after one of two was removed, and what is chosen instead', () => {
    const query = CODEC.read(new URLSearchParams('olderThan=P30D&olderThan=P1D'));
    const left = CODEC.read(new URLSearchParams(written({ ...query, unknown: query.unknown.slice(1) })));
    expect(left).toEqual({ ...DEFAULTS, olderThan: 'P1D' });
    expect(chosen(query, { olderThan: 'P7D' })).toEqual({ olderThan: 'P7D', unknown: [] });
    const misspelt = CODEC.read(new URLSearchParams('status=succes&owner='));
    expect(chosen(misspelt, { statuses: ['SUCCESS'] }).unknown).toEqual([{ name: 'owner', value: '' }]);
    expect(chosen(misspelt, { owners: 'all' }).unknown).toEqual([{ name: 'status', value: 'succes' }]);
  });
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
