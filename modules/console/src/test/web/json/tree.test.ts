import { describe, expect, it } from 'vitest';
import { scan } from '../../../main/web/json/scan';
import { openUpTo, path, reveal, rows, search } from '../../../main/web/json/tree';

const ORDER = scan('{"order":{"items":[{"sku":"A-1"},{"sku":"B-2","odd key":{}}],"total":12.50},"name":"Ümit"}');
const at = (text: string) => ORDER.nodes.findIndex(node => ORDER.text.slice(node.start, node.end) === text);

describe('rows', () => {
  it('shows the children of open nodes only', () => {
    expect(rows(ORDER, new Set())).toEqual([{ at: 0, depth: 0 }]);
    expect(rows(ORDER, new Set([0]))).toHaveLength(3);
    expect(rows(ORDER, new Set([0, 1])).map(row => row.depth)).toEqual([0, 1, 2, 2, 1]);
  });
});

describe('openUpTo', () => {
  it('opens whole levels as long as they fit', () => {
    const two = scan('{"a":{"b":1,"c":2},"d":[{"e":3},{"f":4}]}');
    expect(rows(two, openUpTo(two, 100))).toHaveLength(two.nodes.length);
    expect(rows(two, openUpTo(two, 7))).toHaveLength(7);
    expect(rows(two, openUpTo(two, 6))).toHaveLength(3);
  });

  it('opens what is alone on its level', () => {
    expect(rows(ORDER, openUpTo(ORDER, 1))).toHaveLength(7);
    expect(openUpTo(scan('[]'), 10).size).toBe(0);
  });
});

describe('search', () => {
  it('finds keys and values, ignoring case', () => {
    expect(search(ORDER, 'sku')).toEqual([at('"A-1"'), at('"B-2"')]);
    expect(search(ORDER, 'b-2')).toEqual([at('"B-2"')]);
    expect(search(ORDER, 'ümit')).toEqual([at('"Ümit"')]);
    expect(search(ORDER, '12.5')).toEqual([at('12.50')]);
    expect(search(ORDER, '')).toEqual([]);
  });

  it('finds what is written with escapes', () => {
    expect(search(scan('["\\u00fcber"]'), 'über')).toEqual([1]);
  });

  it('opens the way to what it found', () => {
    const open = reveal(ORDER, new Set(), at('"B-2"'));

    expect(rows(ORDER, open).map(row => row.at)).toContain(at('"B-2"'));
  });
});

describe('path', () => {
  it('can be passed to jq', () => {
    expect(path(ORDER, 0)).toBe('.');
    expect(path(ORDER, at('"B-2"'))).toBe('.order.items[1].sku');
    expect(path(ORDER, at('{}'))).toBe('.order.items[1]["odd key"]');
    expect(path(scan('[[7]]'), 2)).toBe('.[0][0]');
    expect(path(scan('{"odd key":1}'), 1)).toBe('.["odd key"]');
  });
});
