import { describe, expect, it } from 'vitest';
import { ancestors, arrange, firstFailed, matching, rows, type StepOutline } from '../../../main/web/timeline/layout';

const START = Date.parse('2026-11-27T02:00:00Z');

function aStep(index: number, parentIndex: number | null = null, more: Partial<StepOutline> = {}): StepOutline {
  return {
    index,
    parentIndex,
    attempt: 1,
    name: `step ${index}`,
    kind: null,
    status: 'SUCCESS',
    startedAt: new Date(START + index * 1000).toISOString(),
    finishedAt: new Date(START + index * 1000 + 500).toISOString(),
    durationMillis: 500,
    ...more,
  };
}
const show = (steps: StepOutline[], closed: number[] = []) =>
  rows(arrange(steps), new Set(closed), START).map(row => `${'-'.repeat(row.depth)}${row.step.index}`);

describe('rows', () => {
  it('puts steps under their parents, by index', () => {
    expect(show([aStep(3, 1), aStep(0), aStep(2), aStep(1, 0), aStep(4, 1)])).toEqual(['0', '-1', '--3', '--4', '2']);
  });

  it('leaves out what is inside closed steps', () => {
    expect(show([aStep(0), aStep(1, 0), aStep(2, 1), aStep(3)], [0])).toEqual(['0', '3']);
  });

  it('shows a step without a known parent, and the first of a cycle, as roots', () => {
    expect(show([aStep(1, 9), aStep(2, 2), aStep(3, 4), aStep(4, 3), aStep(5, 4)])).toEqual([
      '1',
      '2',
      '3',
      '-4',
      '--5',
    ]);
  });

  it('shows every step of random forests with cycles and gaps once', () => {
    let state = 7;
    const next = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    for (let round = 0; round < 200; round++) {
      const steps = Array.from({ length: 40 }, (_, index) => aStep(index, next(3) ? next(45) : null));

      const shown = rows(arrange(steps), new Set(), START);

      expect(shown.map(row => row.step.index).sort((a, b) => a - b)).toEqual(steps.map(step => step.index));
      for (const row of shown) ancestors(arrange(steps), row.step.index);
    }
  });

  it('knows the position among siblings', () => {
    const [first, , last] = rows(arrange([aStep(0), aStep(1), aStep(2)]), new Set(), START);

    expect(first).toMatchObject({ position: 1, siblings: 3 });
    expect(last).toMatchObject({ position: 3, siblings: 3 });
  });

  it('puts a step without times where the one before it starts', () => {
    const skipped = { status: 'SKIPPED', startedAt: null, finishedAt: null, durationMillis: null } as const;
    const [, second] = rows(arrange([aStep(2), aStep(3, null, skipped)]), new Set(), START);

    expect(second).toMatchObject({ from: START + 2000, to: START + 2000 });
  });

  it('has no end for a running step', () => {
    const [row] = rows(
      arrange([aStep(0, null, { status: 'RUNNING', finishedAt: null, durationMillis: null })]),
      new Set(),
      START,
    );

    expect(row?.to).toBeNull();
  });

  it('arranges 5,000 steps nested 256 deep', () => {
    const steps = Array.from({ length: 5000 }, (_, index) => aStep(index, index % 256 ? index - 1 : null));

    const shown = rows(arrange(steps), new Set(), START);

    expect(shown).toHaveLength(5000);
    expect(Math.max(...shown.map(row => row.depth))).toBe(255);
  });
});

describe('matching', () => {
  it('keeps matches and what contains them', () => {
    const tree = arrange([aStep(0), aStep(1, 0), aStep(2, 1), aStep(3)]);
    const kept = matching(tree, step => step.index === 2);

    expect(rows(tree, new Set(), START, kept).map(row => row.step.index)).toEqual([0, 1, 2]);
  });
});

describe('firstFailed', () => {
  it('is the innermost failed step', () => {
    const failed = { status: 'FAILED' } as const;
    expect(firstFailed(arrange([aStep(0), aStep(1, null, failed), aStep(2, 1), aStep(3, 1, failed)]))).toBe(3);
    expect(firstFailed(arrange([aStep(0), aStep(1, 0, failed)]))).toBe(1);
    expect(firstFailed(arrange([aStep(0)]))).toBeNull();
  });
});
