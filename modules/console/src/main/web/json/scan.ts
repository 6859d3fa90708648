/**
 * JSON as spans of its text. `JSON.parse` would lose what makes a record exact: digits of large numbers, the order of
 * keys that look like numbers, and repeated keys. One pass without recursion, so nesting is limited by memory only.
 */
export type Kind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** A value; nodes are in the order of the text, so the descendants of node `i` are `i + 1` to `nodes[i].next - 1`. */
export interface Node {
  readonly kind: Kind;
  /** The value is `text.slice(start, end)`. */
  readonly start: number;
  end: number;
  /** The key with its quotes, if the parent is an object: `text.slice(keyStart, keyEnd)`. */
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly parent: number;
  /** Position among the children of the parent. */
  readonly position: number;
  next: number;
  /** Number of direct children. */
  size: number;
}

export interface Document {
  readonly text: string;
  readonly nodes: readonly Node[];
  /** Whether the text ends before its value does. The containers that are open then end with the text. */
  readonly cut: boolean;
}

/** Throws a SyntaxError if the text is neither JSON nor the beginning of JSON. */
export function scan(text: string): Document {
  const nodes: Node[] = [];
  const length = text.length;
  let at = space(text, 0);
  let parent = -1;
  let keyStart = -1;
  let keyEnd = -1;
  let cut = false;

  const add = (kind: Kind, end: number) => {
    const position = parent < 0 ? 0 : (nodes[parent] as Node).size++;
    nodes.push({ kind, start: at, end, keyStart, keyEnd, parent, position, next: nodes.length + 1, size: 0 });
    keyStart = keyEnd = -1;
    at = end;
  };
  const close = () => {
    const node = nodes[parent] as Node;
    node.end = at;
    node.next = nodes.length;
    parent = node.parent;
  };
  const fail = (): never => {
    throw new SyntaxError(`Invalid JSON at character ${at}.`);
  };

  // Reads one value per turn, then the commas and brackets after it.
  reading: while (true) {
    if (at >= length) {
      cut = true;
      break;
    }
    const code = text.charCodeAt(at);
    let opened = false;
    if (code === 0x7b || code === 0x5b) {
      add(code === 0x7b ? 'object' : 'array', at + 1);
      parent = nodes.length - 1;
      opened = true;
    } else if (code === 0x22) {
      const end = stringEnd(text, at);
      if (end < 0) {
        add('string', length);
        cut = true;
        break;
      }
      add('string', end);
    } else {
      const end = wordEnd(text, at);
      const word = text.slice(at, end);
      const kind = kindOf(word);
      if (kind) {
        add(kind, end);
      } else if (end === length && beginsWord(word)) {
        cut = true;
        break;
      } else {
        fail();
      }
    }

    while (true) {
      if (parent < 0) {
        break reading;
      }
      at = space(text, at);
      if (at >= length) {
        cut = true;
        break reading;
      }
      const isObject = (nodes[parent] as Node).kind === 'object';
      const next = text.charCodeAt(at);
      if (next === (isObject ? 0x7d : 0x5d)) {
        at++;
        close();
        opened = false;
        continue;
      }
      if (!opened) {
        if (next !== 0x2c) {
          fail();
        }
        at = space(text, at + 1);
      }
      if (isObject && at < length) {
        if (text.charCodeAt(at) !== 0x22) {
          fail();
        }
        keyStart = at;
        keyEnd = stringEnd(text, at);
        if (keyEnd < 0) {
          cut = true;
          break reading;
        }
        at = space(text, keyEnd);
        if (at < length && text.charCodeAt(at) !== 0x3a) {
          fail();
        }
        at = space(text, at + 1);
      }
      break;
    }
  }

  if (cut) {
    at = length;
    while (parent >= 0) {
      close();
    }
  } else if (space(text, at) < length) {
    fail();
  }
  return { text, nodes, cut };
}

/** The text of the value at this path of keys and positions; undefined if there is none. */
export function pick(document: Document, path: readonly (string | number)[]): string | undefined {
  let at = document.nodes.length ? 0 : -1;
  for (const step of path) {
    at = at < 0 ? at : child(document, at, step);
  }
  const node = document.nodes[at];
  return node && document.text.slice(node.start, node.end);
}

function child({ text, nodes }: Document, parent: number, step: string | number): number {
  const { next } = nodes[parent] as Node;
  for (let at = parent + 1; at < next; at = (nodes[at] as Node).next) {
    const node = nodes[at] as Node;
    if (
      typeof step === 'number'
        ? node.position === step
        : node.keyStart >= 0 && unquote(text.slice(node.keyStart, node.keyEnd)) === step
    ) {
      return at;
    }
  }
  return -1;
}

/** The characters of a JSON string; as much as there is of one that was cut. */
export function unquote(json: string): string {
  if (!json.includes('\\')) {
    return json.slice(1, json.length > 1 && json.endsWith('"') ? -1 : undefined);
  }
  // Of a string that was cut, the last escape may be incomplete.
  for (const source of [json, ...[0, 1, 2, 3, 4, 5, 6].map(less => `${json.slice(0, json.length - less)}"`)]) {
    try {
      return JSON.parse(source) as string;
    } catch {
      // Shorter.
    }
  }
  return json.slice(1);
}

function space(text: string, from: number): number {
  let at = from;
  for (
    let code = text.charCodeAt(at);
    code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
    code = text.charCodeAt(at)
  ) {
    at++;
  }
  return at;
}

/** The end of the string that begins at `start`, or -1 if the text ends before it. */
function stringEnd(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote >= 0) {
    let slash = quote - 1;
    while (text.charCodeAt(slash) === 0x5c) {
      slash--;
    }
    if ((quote - slash) % 2 === 1) {
      return quote + 1;
    }
    quote = text.indexOf('"', quote + 1);
  }
  return -1;
}

function wordEnd(text: string, start: number): number {
  const delimiter = /[\s,\]}:"[{]/g;
  delimiter.lastIndex = start;
  return delimiter.exec(text)?.index ?? text.length;
}

function kindOf(word: string): Kind | undefined {
  if (word === 'true' || word === 'false') {
    return 'boolean';
  }
  if (word === 'null') {
    return 'null';
  }
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(word) ? 'number' : undefined;
}

function beginsWord(word: string): boolean {
  return (
    ['true', 'false', 'null'].some(whole => whole.startsWith(word)) ||
    /^-?((0|[1-9]\d*)(\.\d*)?([eE][+-]?)?)?$/.test(word)
  );
}
