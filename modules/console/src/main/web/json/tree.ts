import type { Document, Node } from './scan';
import { unquote } from './scan';

/** A line of the tree: a node and its depth. */
export interface Row {
  readonly at: number;
  readonly depth: number;
}

/** The lines to show: each node whose ancestors are all open. */
export function rows({ nodes }: Document, open: ReadonlySet<number>): Row[] {
  const result: Row[] = [];
  const ends: number[] = [];
  for (let at = 0; at < nodes.length; ) {
    while (ends.length && at >= (ends[ends.length - 1] as number)) {
      ends.pop();
    }
    const node = nodes[at] as Node;
    result.push({ at, depth: ends.length });
    if (node.size && open.has(at)) {
      ends.push(node.next);
      at++;
    } else {
      at = node.next;
    }
  }
  return result;
}

/** Opens level by level as long as the whole has no more lines than this, and what is alone on its level. */
export function openUpTo({ nodes }: Document, lines: number): Set<number> {
  const open = new Set<number>();
  let level = nodes[0]?.size ? [0] : [];
  let shown = 1;
  while (level.length) {
    const more = level.reduce((sum, at) => sum + (nodes[at] as Node).size, 0);
    if (level.length > 1 && shown + more > lines) {
      break;
    }
    shown += more;
    const below: number[] = [];
    for (const at of level) {
      open.add(at);
      for (let child = at + 1; child < (nodes[at] as Node).next; child = (nodes[child] as Node).next) {
        if ((nodes[child] as Node).size) {
          below.push(child);
        }
      }
    }
    level = below;
  }
  return open;
}

/** The nodes whose key or simple value contains the text, ignoring case. */
export function search({ text, nodes }: Document, needle: string): number[] {
  const wanted = needle.toLowerCase();
  if (!wanted) {
    return [];
  }
  const found: number[] = [];
  const matches = (start: number, end: number) => {
    const part = text.slice(start, end);
    return (part.charCodeAt(0) === 0x22 ? unquote(part) : part).toLowerCase().includes(wanted);
  };
  nodes.forEach((node, at) => {
    if (
      (node.keyStart >= 0 && matches(node.keyStart, node.keyEnd)) ||
      (!isContainer(node) && matches(node.start, node.end))
    ) {
      found.push(at);
    }
  });
  return found;
}

export function isContainer(node: Node): boolean {
  return node.kind === 'object' || node.kind === 'array';
}

/** The open nodes, with all ancestors of this one. */
export function reveal({ nodes }: Document, open: ReadonlySet<number>, at: number): Set<number> {
  const result = new Set(open);
  for (let parent = (nodes[at] as Node).parent; parent >= 0; parent = (nodes[parent] as Node).parent) {
    result.add(parent);
  }
  return result;
}

/** The way to a node as `jq` writes it: `.orders[3].sku`, `.["odd key"]`. */
export function path({ text, nodes }: Document, at: number): string {
  const steps: string[] = [];
  for (let node = nodes[at] as Node; node.parent >= 0; node = nodes[node.parent] as Node) {
    const key = node.keyStart < 0 ? undefined : unquote(text.slice(node.keyStart, node.keyEnd));
    if (key === undefined) {
      steps.push(`[${node.position}]`);
    } else {
      steps.push(/^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);
    }
  }
  const joined = steps.reverse().join('');
  return joined.startsWith('.') ? joined : `.${joined}`;
}
