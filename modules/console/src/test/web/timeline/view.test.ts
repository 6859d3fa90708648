import { describe, expect, it } from 'vitest';
import { between, pan, readZoom, ticks, wholeRange, writeZoom, zoom } from '../../../main/web/timeline/view';

const WHOLE = { from: 1000, to: 11_000 };

describe('wholeRange', () => {
  it('covers the run and all its steps', () => {
    expect(wholeRange(1000, 2000, [{ from: 900, to: 2100 }], 0)).toEqual({ from: 900, to: 2100 });
  });

  it('is never empty', () => {
    expect(wholeRange(1000, 1000, [], 0)).toEqual({ from: 1000, to: 1001 });
  });

  it('of one that has ended does not grow with steps that never ended', () => {
    expect(wholeRange(1000, 2000, [{ from: 1500, to: null }], 9_000_000)).toEqual({ from: 1000, to: 2000 });
  });

  it('of a running one ends ahead of the clock and changes rarely', () => {
    const ends = new Set<number>();
    for (let now = 1000; now < 61_000; now += 250) {
      const { to } = wholeRange(1000, null, [], now);
      expect(to).toBeGreaterThan(now);
      ends.add(to);
    }
    expect(ends.size).toBeLessThan(25);
  });
});

describe('zoom and pan', () => {
  it('keeps the time under the pointer where it is', () => {
    const view = zoom(WHOLE, WHOLE, 0.5, 3500);

    expect(view).toEqual({ from: 2250, to: 7250 });
  });

  it('stays within the whole', () => {
    expect(zoom({ from: 1000, to: 2000 }, WHOLE, 100, 1500)).toEqual(WHOLE);
    expect(pan({ from: 1000, to: 2000 }, WHOLE, -3)).toEqual({ from: 1000, to: 2000 });
    expect(pan({ from: 1000, to: 2000 }, WHOLE, 300)).toEqual({ from: 10_000, to: 11_000 });
    expect(between(5000, 4000, WHOLE)).toEqual({ from: 4000, to: 5000 });
  });
});

describe('ticks', () => {
  it('are round, inside the view and apart', () => {
    for (const width of [10, 90, 333, 800, 2000]) {
      for (const length of [1, 7, 130, 999, 60_000, 3_600_000, 40 * 86_400_000]) {
        const marks = ticks({ from: 500, to: 500 + length }, 500, width);
        for (const [at, mark] of marks.entries()) {
          expect(mark.at).toBeGreaterThanOrEqual(0);
          expect(mark.at).toBeLessThanOrEqual(width);
          if (at) expect(mark.at - marks[at - 1]!.at).toBeGreaterThanOrEqual(Math.min(width / length, 84) - 1e-9);
        }
      }
    }
    expect(ticks({ from: 0, to: 1000 }, 0, 500).map(mark => mark.millis)).toEqual([0, 200, 400, 600, 800, 1000]);
  });
});

describe('the zoom in the URL', () => {
  it('is relative to the start of the run', () => {
    expect(writeZoom({ from: 1500, to: 2750 }, 1000)).toBe('500-1750');
    expect(readZoom('500-1750', 1000)).toEqual({ from: 1500, to: 2750 });
    expect(readZoom('-20-30', 1000)).toEqual({ from: 980, to: 1030 });
  });

  it.each([null, '', '5', '5-5', '9-1', 'a-b', '1-2-3'])('%s is none', text => {
    expect(readZoom(text, 0)).toBeNull();
  });
});
