import { describe, expect, it } from 'vitest';
import { type Document, pick, scan, unquote } from '../../../main/web/json/scan';

/** What `JSON.parse` makes of the text, from the nodes. */
function value({ text, nodes }: Document, at = 0): unknown {
  const node = nodes[at]!;
  const children: number[] = [];
  for (let child = at + 1; child < node.next; child = nodes[child]!.next) children.push(child);
  expect(children.length).toBe(node.size);
  for (const [position, child] of children.entries()) expect(nodes[child]).toMatchObject({ parent: at, position });
  if (node.kind === 'array') return children.map(child => value({ text, nodes, cut: false }, child));
  if (node.kind === 'object') {
    const key = (child: number) => unquote(text.slice(nodes[child]!.keyStart, nodes[child]!.keyEnd));
    return Object.fromEntries(children.map(child => [key(child), value({ text, nodes, cut: false }, child)]));
  }
  return JSON.parse(text.slice(node.start, node.end));
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function anything(next: () => number, depth = 0): unknown {
  const kind = Math.floor(next() * (depth > 5 ? 5 : 7));
  const size = Math.floor(next() * 5);
  const words = ['', 'a', '"quoted"', 'back\\slash', 'line\nbreak', '€ 𝄞 \u0000', '{"not": [json', '\\', '\\"'];
  if (kind === 0) return null;
  if (kind === 1) return next() < 0.5;
  if (kind === 2) return Math.floor(next() * 1e6) / 1000 - 500;
  if (kind === 3) return next() * 1e300;
  if (kind === 4) return words[Math.floor(next() * words.length)];
  if (kind === 5) return Array.from({ length: size }, () => anything(next, depth + 1));
  return Object.fromEntries(
    Array.from({ length: size }, (_, at) => [
      `${at}${words[Math.floor(next() * words.length)]}`,
      anything(next, depth + 1),
    ]),
  );
}

describe('scan', () => {
  it('reads what JSON.parse reads', () => {
    const next = random(23);
    for (let round = 0; round < 500; round++) {
      const wanted = JSON.parse(JSON.stringify(anything(next)));
      const text = JSON.stringify(wanted, null, round % 3);

      const document = scan(text);

      expect(document.cut).toBe(false);
      expect(value(document)).toEqual(wanted);
    }
  });

  it('reads every beginning of a document as cut, and never fails', () => {
    const text = JSON.stringify({ a: [1, -2.5e10, true, null, 'x\\"\u00e9'], b: { c: {}, d: [] } }, null, 1);
    for (let length = 0; length < text.length; length++) {
      const document = scan(text.slice(0, length));
      expect(document.cut).toBe(true);
      for (const node of document.nodes) expect(node.end).toBeLessThanOrEqual(length);
    }
  });

  it.each(['{"a" 1}', '[1 2]', '{a: 1}', '[1,]x', '{"a":1}}', '01', '+1', '[,]', '"a" "b"', 'NaN', '{1:2}'])(
    'refuses %s',
    text => {
      expect(() => scan(text)).toThrow(SyntaxError);
    },
  );

  it('keeps digits, the order of keys and repeated keys', () => {
    const text = '{"b": 12345678901234567890, "1": 1.10, "b": 1E400}';

    const { nodes } = scan(text);

    expect(nodes.slice(1).map(node => text.slice(node.keyStart, node.end))).toEqual([
      '"b": 12345678901234567890',
      '"1": 1.10',
      '"b": 1E400',
    ]);
  });

  it('reads a nesting of 10,000 levels and a string of a megabyte', () => {
    expect(scan('['.repeat(10_000) + ']'.repeat(10_000)).nodes).toHaveLength(10_000);
    expect(scan(JSON.stringify({ long: 'x\\'.repeat(500_000) })).nodes).toHaveLength(2);
  });

  it('finds a value in a response', () => {
    const document = scan('{"data":{"list":[{"x":1},{"x":[1.0, 2]}],"none":null}}');

    expect(pick(document, ['data', 'list', 1, 'x'])).toBe('[1.0, 2]');
    expect(pick(document, ['data', 'none'])).toBe('null');
    expect(pick(document, ['data', 'list', 2])).toBeUndefined();
    expect(pick(document, ['data', 'none', 'x'])).toBeUndefined();
  });
});

describe('unquote', () => {
  it.each([
    ['"a\\nb"', 'a\nb'],
    ['"cut', 'cut'],
    ['"cut\\', 'cut'],
    ['"cut\\\\', 'cut\\'],
    ['"cut\\u00e', 'cut'],
    ['"quote\\"', 'quote"'],
    ['"', ''],
    ['""', ''],
  ])('reads %s', (json, text) => {
    expect(unquote(json)).toBe(text);
  });
});
