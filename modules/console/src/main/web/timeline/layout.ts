/** What the timeline shows of a step. */
export interface StepOutline {
  readonly index: number;
  readonly parentIndex: number | null;
  readonly attempt: number;
  readonly name: string;
  readonly kind: string | null;
  readonly status: 'RUNNING' | 'SUCCESS' | 'FAILED' | 'CANCELLED' | 'SKIPPED';
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMillis: number | null;
}

/** A line of the timeline. */
export interface Row {
  readonly step: StepOutline;
  readonly parent: number | null;
  readonly depth: number;
  /** Number of direct children. */
  readonly children: number;
  readonly open: boolean;
  /** Position among its siblings, starting at 1. */
  readonly position: number;
  readonly siblings: number;
  /** Milliseconds since 1970. `to` is null while the step runs. */
  readonly from: number;
  readonly to: number | null;
}

export interface Tree {
  readonly steps: ReadonlyMap<number, StepOutline>;
  readonly roots: readonly number[];
  readonly children: ReadonlyMap<number, readonly number[]>;
}

/**
 * Orders steps by index under their parents. A step whose parent is not known (yet) is a root. So is the first step of a
 * cycle, which the server refuses but a page of a changing run could show.
 */
export function arrange(outlines: readonly StepOutline[]): Tree {
  const sorted = [...outlines].sort((a, b) => a.index - b.index);
  const steps = new Map(sorted.map(step => [step.index, step]));
  const roots: number[] = [];
  const children = new Map<number, number[]>();
  for (const { index, parentIndex } of sorted) {
    if (parentIndex === null || parentIndex === index || !steps.has(parentIndex)) {
      roots.push(index);
    } else {
      const siblings = children.get(parentIndex);
      siblings ? siblings.push(index) : children.set(parentIndex, [index]);
    }
  }
  const reached = new Set<number>();
  const reach = (from: number) => {
    const pending = [from];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (!reached.has(index)) {
        reached.add(index);
        pending.push(...(children.get(index) ?? []));
      }
    }
  };
  roots.forEach(reach);
  for (const { index, parentIndex } of sorted) {
    if (!reached.has(index)) {
      const siblings = children.get(parentIndex as number) as number[];
      siblings.splice(siblings.indexOf(index), 1);
      roots.push(index);
      reach(index);
    }
  }
  return { steps, roots: roots.sort((a, b) => a - b), children };
}

/** The steps that match, with the steps that contain them. */
export function matching(tree: Tree, matches: (step: StepOutline) => boolean): Set<number> {
  const kept = new Set<number>();
  for (const step of tree.steps.values()) {
    if (!matches(step)) continue;
    for (let at: number | null = step.index; at !== null && !kept.has(at) && tree.steps.has(at); ) {
      kept.add(at);
      at = (tree.steps.get(at) as StepOutline).parentIndex;
    }
  }
  return kept;
}

/**
 * The lines to show, from top to bottom. Children of closed steps are left out; with `kept`, all other steps are, too.
 * `start` is the start of the run.
 */
export function rows(tree: Tree, closed: ReadonlySet<number>, start: number, kept?: ReadonlySet<number>): Row[] {
  const result: Row[] = [];
  const pending: { index: number; parent: Row | null; position: number; siblings: number }[] = [];
  const push = (siblings: readonly number[], parent: Row | null) => {
    for (let at = siblings.length - 1; at >= 0; at--) {
      const index = siblings[at] as number;
      if (!kept || kept.has(index)) pending.push({ index, parent, position: at + 1, siblings: siblings.length });
    }
  };
  push(tree.roots, null);
  let previous = start;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { index, parent, position, siblings } = next;
    const step = tree.steps.get(index) as StepOutline;
    const children = tree.children.get(index) ?? [];
    const [from, to] = times(step, parent ? Math.max(parent.from, previous) : previous);
    previous = from;
    const open = children.length > 0 && !closed.has(index);
    const row: Row = {
      step,
      parent: parent ? parent.step.index : null,
      depth: parent ? parent.depth + 1 : 0,
      children: children.length,
      open,
      position,
      siblings,
      from,
      to,
    };
    result.push(row);
    if (open) {
      push(children, row);
    }
  }
  return result;
}

/** A step without times is where the one before it starts. */
function times(step: StepOutline, neighbour: number): [number, number | null] {
  const finish = step.finishedAt === null ? null : Date.parse(step.finishedAt);
  const from = step.startedAt === null ? (finish ?? neighbour) : Date.parse(step.startedAt);
  if (finish !== null) {
    return [from, Math.max(from, finish)];
  }
  return [from, step.status === 'RUNNING' && step.startedAt !== null ? null : from];
}

/** The ancestors of a step, nearest first. */
export function ancestors(tree: Tree, index: number): number[] {
  const found = new Set<number>();
  for (
    let at = tree.steps.get(index)?.parentIndex ?? null;
    at !== null && !found.has(at);
    at = tree.steps.get(at)?.parentIndex ?? null
  ) {
    if (at === index || !tree.steps.has(at)) {
      break;
    }
    found.add(at);
  }
  return [...found];
}

/** The step that explains a failure: the first failed one that has no failed step inside. */
export function firstFailed(tree: Tree): number | null {
  const within = (siblings: readonly number[]): number | null => {
    let level = siblings;
    let found: number | null = null;
    for (;;) {
      const failed = level.find(index => tree.steps.get(index)?.status === 'FAILED');
      if (failed === undefined) {
        return found;
      }
      found = failed;
      level = tree.children.get(failed) ?? [];
    }
  };
  const top = within(tree.roots);
  if (top !== null) {
    return top;
  }
  for (const step of tree.steps.values()) {
    if (step.status === 'FAILED') {
      return within([step.index]);
    }
  }
  return null;
}
