import { describe, expect, test } from 'vitest';
import {
  type Criteria,
  countWords,
  criteriaWords,
  nextRunWords,
  overdueWords,
  policyTiming,
  policyWords,
  sparedWords,
} from '../../../main/web/text/words';

const ANY: Criteria = { olderThan: null, statuses: [], workflow: null, keepLast: null, owners: null };

describe('a cleanup', () => {
  test.each<[Partial<Criteria>, string]>([
    [{ olderThan: 'P30D' }, 'runs older than 30 days'],
    [{ olderThan: 'P1D', statuses: ['FAILED'] }, 'failed runs older than 1 day'],
    [{ olderThan: 'PT36H', statuses: ['FAILED', 'CRASHED'] }, 'failed and crashed runs older than 36 hours'],
    [
      { olderThan: 'P7D', statuses: ['SUCCESS', 'CANCELLED', 'CRASHED'], workflow: 'import' },
      'successful, cancelled and crashed runs of import older than 7 days',
    ],
    [{ olderThan: 'P30D', keepLast: 100 }, 'runs older than 30 days, except the newest 100 of each workflow'],
    [{ keepLast: 1, workflow: 'import' }, 'runs of import, except the newest one'],
    [{ olderThan: 'P30D', owners: 'all' }, 'runs of all owners older than 30 days'],
    [{ olderThan: 'P30D', owners: { owner: 'alice' } }, 'runs of the owner alice older than 30 days'],
  ])('%j is said as %s', (criteria, words) => {
    expect(criteriaWords({ ...ANY, ...criteria })).toBe(words);
  });

  test('says about where a figure is an estimate', () => {
    expect(countWords(1, true)).toBe('1 run');
    expect(countWords(12_000, false)).toBe('about 12,000 runs');
    expect(countWords(0, false)).toBe('0 runs');
  });

  test('says what is kept and why', () => {
    expect(sparedWords({ running: 3, held: 12, keptByPolicy: 0, keptLast: 1000, children: 1 })).toEqual([
      '3 still queued or running',
      '12 held',
      '1,000 among the newest of their workflow',
      '1 child of runs that are kept',
    ]);
    expect(sparedWords({ running: 0, held: 0, keptByPolicy: 0, keptLast: 0, children: 0 })).toEqual([]);
  });
});

describe('a policy', () => {
  test.each<[Partial<Criteria>, string]>([
    [{ olderThan: 'P30D' }, 'Runs are deleted after 30 days.'],
    [
      { olderThan: 'P30D', statuses: ['SUCCESS'], keepLast: 100 },
      'Successful runs are deleted after 30 days, except the newest 100 of each workflow.',
    ],
    [{ keepLast: 50 }, 'Runs are deleted, except the newest 50 of each workflow.'],
    [{ keepLast: 1, workflow: 'import' }, 'Runs of import are deleted, except the newest one.'],
    [{}, 'Keeps every run.'],
  ])('%j is said as %s', (policy, words) => {
    expect(policyWords({ ...ANY, ...policy })).toBe(words);
  });

  test('says when it deletes', () => {
    expect(policyTiming({ ...ANY, olderThan: 'P30D' })).toMatch(/on the day after it is 30 days old/);
    expect(policyTiming({ ...ANY, olderThan: 'PT12H' })).toMatch(/within about an hour after it is 12 hours old/);
    expect(policyTiming({ ...ANY, keepLast: 3 })).toMatch(/newer ones/);
  });

  test('says what it would delete next', () => {
    const figures = { executions: 12_000, exact: false, bytes: 3_100_000_000, sizesExact: false };
    expect(nextRunWords(figures)).toBe('When policies run next, this would delete about 12,000 runs (3.1 GB).');
    expect(nextRunWords({ ...figures, executions: 0 })).toBe('When policies run next, this would delete nothing.');
  });

  test('says how far it is behind', () => {
    const now = Date.parse('2026-11-27T12:00:00Z');
    expect(overdueWords(1200, '2026-11-25T09:00:00Z', now)).toBe('1,200 runs are overdue, the oldest by 2 d 3 h.');
    expect(overdueWords(1, null, now)).toBe('1 run is overdue.');
    expect(overdueWords(0, null, now)).toBeNull();
    expect(overdueWords(null, null, now)).toBeNull();
  });
});
